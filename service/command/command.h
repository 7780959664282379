/* The contract between commands and whoever runs them. A command's input and reply are the API's
 * messages; one file per RPC in this folder; nothing here knows gRPC, queues or threads.
 *
 * Reads run on a poller against a snapshot of their own; a follower's looks likewise, on the thread
 * that follows. Writes run one after another on the
 * writer against the batch, and their replies leave after the commit. A refused command has put
 * nothing. A command may run more than once before its batch commits (OUTCOME_AGAIN, a commit's
 * conflict): the same store, request, seed and time give the same writes and reply. */
#ifndef BECKON_SERVICE_COMMAND_COMMAND_H
#define BECKON_SERVICE_COMMAND_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

#include "service/command/process.h"
#include "service/notice.h"
#include "service/outcome.h"
#include "service/secret.h"
#include "store/audits.h"
#include "store/batch.h"
#include "store/reader.h"
#include "store/record.h"
#include "store/store.h"

/* Who calls. Without a token: role ROLE_REGISTRANT, merchant 0. */
struct principal {
    enum role role;
    uint32_t merchant;              /* 0: operator, registrant */
    struct party party;             /* the member, guide or shop the token is bound to */
    uint8_t token_hash[HASH_BYTES]; /* digest of its secret; looked up again by writes */
    uint32_t token;                 /* its token's number; of a session that acts as a token, that
                                       one's; 0: a member's or guide's session, or no secret */
    bool session;                   /* the secret is a session's */
};

/* What a write says for the audit trail: audit.h. */
struct command_audit {
    struct audit_object object;
    char facts[AUDIT_FACTS_BYTES_MAX + 1];
    bool skipped; /* what was put goes on with what has an entry already */
};
/* Whom an audited read told of, for its note. */
struct command_seen {
    struct party party;   /* whose data it is, or whose list; PARTY_NONE: the merchant's */
    uint32_t row_count;   /* of a list: how many rows told of somebody */
};

/* One call's surroundings; lives from arrival to the reply's departure. */
struct command_call {
    struct principal principal;
    const ProtobufCMessage *request;
    ProtobufCAllocator *arena;      /* replies and scratch; never freed singly; NULL when empty */
    uint32_t merchant;              /* whose keys are touched; set by whoever runs the command */
    uint64_t now_ms;                /* reads: the clock; writes: batch_recorded_at; Unix ms */
    uint8_t seed[SECRET_SEED_BYTES];
    uint8_t carry[16];              /* what `reserve` hands to `write`: the reserved code */
    size_t row;                     /* rows commands: which row runs */
    struct refusal refusal;         /* filled by a refusing command */
    struct command_audit audit;     /* filled by a write that is audited */
    struct command_seen seen;       /* filled by a read that is audited */
    bool guessed;                   /* set by commands: a stranger named a code nobody has, or
                                       whatever `slowed` counts */
    bool sends;                     /* notices can be sent; set by whoever runs the command */
    enum outcome told;              /* a write that keeps note of a refusal (a wrong code counts as
                                       a try) answers OUTCOME_OK, sets this behind its LINE, and
                                       the caller is told this after the commit */
    process_look *look;             /* at the process, for reads; NULL: nothing is to be seen */
    void *look_context;
    struct notice notice;           /* handed to the sender after the commit, when `filled` */
    uint8_t *room;                  /* reply_reserve's; NULL to begin with */
    size_t room_bytes;
};

/* `arena` empty: *ret_reply stays NULL and the outcome is OUTCOME_BUSY (before the LINE). */
typedef enum outcome command_read(struct reader *reader, struct command_call *call,
                                  ProtobufCMessage **ret_reply);
typedef enum outcome command_write(struct batch *batch, struct command_call *call,
                                   ProtobufCMessage **ret_reply);
/* Sends one message of a server stream; false: the client has gone, stop. Blocks for flow
 * control. */
typedef bool command_emit(void *context, const ProtobufCMessage *message);
/* Long work on a thread of its own; opens its own snapshots. */
typedef enum outcome command_stream(struct store *store, struct command_call *call,
                                    command_emit *emit, void *emit_context);
/* Which merchant's keys the call touches; `reader` may read merchant 0. */
typedef enum outcome command_merchant(struct reader *reader, struct command_call *call,
                                      uint32_t *ret_merchant);

/* What a follower has seen. Zeroed: nothing yet. The command alone says what the fields mean. */
enum { COMMAND_TOLD_BYTES = 16 };
struct command_place {
    uint64_t version;                 /* of the last message; never falls */
    uint8_t told[COMMAND_TOLD_BYTES]; /* digest of what it said */
    bool begun;                       /* the first look is over */
    bool more;                        /* there is more to say than one message holds: look again */
};
/* One look of a stream that follows something: a read, run again after commits and now and then.
 * Leaves *ret_reply NULL when it has nothing newer than `place` to say, unless `heartbeat`: then it
 * makes a message in any case. Moves `place` on. */
typedef enum outcome command_follow(struct reader *reader, struct command_call *call,
                                    struct command_place *place, bool heartbeat,
                                    ProtobufCMessage **ret_reply);

/* What strangers who call a command use up by `guessed`, and wait for when it is used up. */
enum command_slowed { SLOWED_GUESSES, SLOWED_SENDS, SLOWED_TRIES, SLOWED_COUNT };

struct command {
    const ProtobufCMessageDescriptor *request, *reply;
    command_read *read;       /* exactly one of read, write, stream, follow */
    command_write *write;
    command_stream *stream;
    command_follow *follow;
    command_merchant *merchant; /* NULL: the principal's own */
    enum command_slowed slowed;
    /* Runs first, in an earlier commit, on a batch whose merchant is 0 (call->merchant is still the
     * call's own, and may be set to the one `write` shall touch); then `write` is queued, ahead of
     * what waits. Makes no reply; once per call. */
    command_write *reserve;
    /* Rows commands: how many; `write` runs once per row (call->row), in order, keeping *ret_reply
     * between rows and recording refusals in it. A slow-lane command. NULL: a single command. */
    size_t (*row_count)(const ProtobufCMessage *request);
    /* What an entry of the audit trail calls it; AUDIT_NONE: it makes none. */
    enum audit_action audited;
    /* Reads and streams that are audited: fills call->audit from the request and, of a read, from
     * call->seen, and may refuse. Its entry is committed before a read's reply leaves, or a stream
     * begins (command_is_noted). */
    enum outcome (*note)(struct command_call *call);
};

/* Is this call one whose entry has to be committed, though it writes nothing else? */
bool command_is_noted(const struct command *command, const struct command_call *call);

/* Runs `write` (one row of it) and, when it put something, adds its entry to the audit trail and
 * what it told to the merchant's events (event.h): answers as `write` does. Of a noted call: adds
 * its entry. Whoever runs writes runs them through here. */
enum outcome command_run_write(struct batch *batch, const struct command *command,
                               struct command_call *call,
                               ProtobufCMessage **ret_reply) OUTCOME_CHECKED;

/* Who bears this token or session (as sent, "beckon_1_...", "session_1_..."): OUTCOME_OK,
 * OUTCOME_TOKEN_INVALID (unknown, revoked, expired, malformed), or a store outcome. */
enum outcome command_authenticate(struct reader *reader, struct bytes token_text, uint64_t now_ms,
                                  struct principal *ret_principal) OUTCOME_CHECKED;
/* Is the call's token or session still good in this batch? Run by the writer before each write. */
enum outcome command_reauthenticate(struct reader *reader,
                                    const struct command_call *call) OUTCOME_CHECKED;

/* Translates the store's answer: STORE_ABSENT becomes `absent`. */
enum outcome command_outcome(enum store_result result, enum outcome absent) OUTCOME_CHECKED;

#endif
