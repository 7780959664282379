/* A play: a table of calls, each with who calls, what, and what must be answered, run against the
 * commands themselves, without executor and gRPC.
 *
 * Every play runs twice, on LMDB and on kv_needy (each first get answers NEED; fetched and run
 * again as the executor does), and both must answer the same. On LMDB each answered call is also
 * run with an arena that ends after its first, second ... allocation: BUSY, and nothing put. A
 * refused command must have put nothing, and the same call run twice must say the same. Each
 * write leaves a store that verify finds clean, of every merchant touched. (Tables of 60 rows and
 * more are played without rehearsals and verified at their end.) Of a stream that follows something
 * the first look is played; one that has nothing to say answers nothing at all. Saved from the
 * start: $admin (a token), $folder (of the throw-away store), $nobodys (a well-formed code nobody
 * has). Of each message to a phone $to and $code are saved; $to is "nobody" where it is for nobody,
 * and a sender is there unless the step says not. */
#ifndef BECKON_TESTS_SERVICE_COMMAND_PLAY_H
#define BECKON_TESTS_SERVICE_COMMAND_PLAY_H

#include <stdbool.h>
#include <stddef.h>

#include "service/command/commands.h"

struct step {
    const char *who; /* "admin", "pos:1", "guide:2@3" (of merchant 3), "stranger", "ticker",
                         "token:$t" */
    const struct command *command;
    const char *request;   /* message_text.h; "$name" is a saved value */
    enum outcome outcome;
    const char *field;     /* refused: the field named, or NULL */
    const char *reply;     /* answered: "path=value" that must be there, "!path" that must not */
    const char *save;      /* "name=path name=path": values of the reply for later steps */
    const char *at;        /* sets the clock (UTC); such a step may do nothing else */
    /* Puts what no command would (damage, the last number); such a play is not verified. */
    enum store_result (*meddle)(struct batch *batch);
    bool senderless;       /* no message can be sent */
    bool again;            /* repeated later, the same request answers the same bytes */
};

#define ANSWERS(caller, rpc, asked, told, ...)                                                  \
    {.who = (caller), .command = &(rpc), .request = (asked), .reply = (told), __VA_ARGS__}
/* A write whose repeat, in a commit of its own, answers the same bytes and puts nothing new. */
#define ANSWERS_AGAIN(caller, rpc, asked, told, ...)                                            \
    {.who = (caller), .command = &(rpc), .request = (asked), .reply = (told), .again = true,    \
     __VA_ARGS__}
#define REFUSES(caller, rpc, asked, why, named)                                                 \
    {.who = (caller), .command = &(rpc), .request = (asked), .outcome = (why), .field = (named)}
#define AT(time) {.at = (time)}

/* Plays `steps` after the steps of `before` (a stage set by another table; may be NULL). */
void play(const struct step *before, size_t before_count, const struct step *steps, size_t count);
/* The same on LMDB alone: for pages longer than the reads of an engine across a network are bounded
 * to, since lists hint at nothing and fetch a key at a time there. */
void play_on_lmdb(const struct step *before, size_t before_count, const struct step *steps,
                  size_t count);
#define PLAY(steps) play(NULL, 0, (steps), sizeof(steps) / sizeof(steps)[0])
#define PLAY_ON(stage, steps)                                                                   \
    play((stage), sizeof(stage) / sizeof(stage)[0], (steps), sizeof(steps) / sizeof(steps)[0])

#endif
