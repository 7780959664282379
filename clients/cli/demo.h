/* The demo merchant: a charter, shops, guides, members and a year's purchases, all invented. */
#ifndef BECKON_CLIENTS_CLI_DEMO_H
#define BECKON_CLIENTS_CLI_DEMO_H

#include <stdbool.h>
#include <stdint.h>

enum { DEMO_SHOPS = 3, DEMO_GUIDES = 12, DEMO_MEMBERS = 300 };

/* The charter, demo.yaml as it was built in. */
extern const char DEMO_CHARTER[];

/* Writes program.yaml, shops.csv, guides.csv, members.csv and purchases.csv (some 900 of the last
 * 300 days before `now_s`, Unix seconds) into an existing folder. The same time gives the same
 * files. false: errno says why. */
bool demo_write(const char *folder, int64_t now_s);

#endif
