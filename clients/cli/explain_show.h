/* Explanations for the eye: sentences in the reader's language, one block a rule. */
#ifndef BECKON_CLIENTS_CLI_EXPLAIN_SHOW_H
#define BECKON_CLIENTS_CLI_EXPLAIN_SHOW_H

#include "beckon/v1/explain_service.pb-c.h"
#include "clients/cli/cli.h"

/* The sentence in the language of LANG; "" for NULL. */
const char *explain_text(const struct cli *cli, const Beckon__V1__Sentence *sentence);
/* One line without what would move a cursor: "title  text", nothing when the text is empty. */
void explain_line(struct cli *cli, const char *title_zh, const char *title_en, const char *text);
/* What became of each rule: those that gave something first, then why the others didn't. */
void explain_show_rules(struct cli *cli, Beckon__V1__RuleExplained *const *rules, size_t count);

#endif
