/* Every bound of the service in one place, each with its reason. Bounds of stored texts stand
 * beside their records (store/). */
#ifndef BECKON_SERVICE_LIMITS_H
#define BECKON_SERVICE_LIMITS_H

#include <stdint.h>

enum {
    /* Calls: a call holds one arena from arrival to the reply's departure. */
    LIMIT_FOLLOWERS = 512,                /* streams that follow something: pages left open */
    LIMIT_FOLLOWERS_INTEGRATION = 8,      /* of one merchant's other systems */
    LIMIT_FOLLOWERS_GUIDE = 8,            /* of one guide: phones, tablets, a page forgotten */
    LIMIT_CALLS = 768 + LIMIT_FOLLOWERS,  /* calls in progress: 256 in flight x 3 clients' worth,
                                             and followers, which stay */
    LIMIT_CALLS_SHARE = 256,              /* of one address beyond this machine, in progress */
    LIMIT_CALLS_ARMED = 4,                /* per method and poller, waiting to be matched: what
                                             comes meanwhile waits in gRPC. Debian's gRPC walks
                                             over all that are armed with every completion: with
                                             16 that was a tenth of an empty call */
    LIMIT_ARENA_FIRST_BYTES = 8 * 1024,   /* kept per call: a purchase with its reply */
    LIMIT_ARENA_BYTES = 4 * 1024 * 1024,  /* one call at most: 500 rows, 60 x growth bounded */
    LIMIT_ARENA_POOL_BYTES = 48 * 1024 * 1024, /* all calls together, beyond the first bytes */
    LIMIT_MESSAGE_BYTES = 128 * 1024,     /* a request: 500 rows of an import */
    LIMIT_METADATA_BYTES = 8 * 1024,
    LIMIT_STREAMS_PER_CONNECTION = 128,
    LIMIT_MESSAGE_FIELDS = 32 * 1024,     /* fields of a request: 500 rows of 60 */
    LIMIT_MESSAGE_DEPTH = 8,              /* messages within messages; the API has 4 */
    LIMIT_TEXT_BYTES = 4096,              /* one string; commands say less where they store it */
    LIMIT_OPEN_STREAMS = 64,              /* health watches and reflection streams */
    LIMIT_GRPC_BYTES = 64 * 1024 * 1024,  /* what gRPC may buffer for all connections */
    LIMIT_IDLE_MS = 30 * 60 * 1000,       /* a connection without calls is closed after it */
    LIMIT_AGE_MS = 4 * 60 * 60 * 1000,    /* then a connection is asked to go (GOAWAY), so that
                                             none outlives a change of certificates for ever, */
    LIMIT_AGE_GRACE_MS = 10 * 60 * 1000,  /* and has so long: streams that follow begin anew */
    LIMIT_KEEPALIVE_MS = 60000,           /* a silent peer is asked whether it lives, */
    LIMIT_KEEPALIVE_ANSWER_MS = 20000,    /* and cut off when it does not answer */
    LIMIT_PING_INTERVAL_MS = 5000,        /* clients may ping twice as often as ours do */
    LIMIT_LEAVE_MS = 500,                 /* without a call, after clients were asked to go: more
                                             than any way there and back */
    LIMIT_LEAVE_MAX_MS = 5000,            /* for clients that go on calling; half of the drain */
    LIMIT_GOODBYE_MS = 200,               /* clients hang up by themselves after the last reply */
    LIMIT_POLLERS = 4,
    LIMIT_DESCRIPTORS = 16384,            /* numbers of adopted descriptors: far above what is
                                             open, of which connections are the most */
    LIMIT_CONNECTIONS = 1024,
    LIMIT_CONNECTIONS_PER_ADDRESS = 512,  /* loopback: all clients share one address */
    LIMIT_CONNECTIONS_PER_STRANGER = 64,  /* any other: a chain's shops behind one router */
    LIMIT_DESCRIPTORS_KEPT = 64,          /* of the process's own: store, backups, hooks, journals;
                                             a quarter where there are few at all */

    LIMIT_WATCHDOG_ROUNDS = 6,            /* bad ones in a row, then the process ends */
    LIMIT_WRITER_HANGS_MS = 10000,        /* with work and not one turn ended: longer than a disk
                                             takes that is only slow */
    LIMIT_REPLY_STALL_MS = 30000,         /* for a reply that its client takes no bytes of, */
    LIMIT_REPLY_STALL_BUSY_MS = 200,      /* while a quarter of all calls is taken: calls that wait
                                             for nobody must not shut out the others */

    /* TLS: handshakes cost work before anybody has shown anything. */
    LIMIT_TLS_CONNECTIONS = 512,          /* some 60 KB each while they talk */
    LIMIT_HANDSHAKE_MS = 5000,            /* from accept to the end of the handshake */
    LIMIT_HANDSHAKES = 128,               /* at a time; then the oldest gives way */
    LIMIT_HANDSHAKES_PER_ADDRESS = 16,    /* at a time */
    LIMIT_WRITE_STALL_MS = 60000,         /* who takes nothing so long while there is something to
                                             take is cut off; as LIMIT_FOLLOW_STALL_MS */
    LIMIT_CUTS = 16,                      /* of one address at once, by the limits below, */
    LIMIT_CUT_EACH_MS = 2000,             /* then one every so often; meanwhile it stays outside */
    LIMIT_LINGER_MS = 1000,               /* who is cut off may still read why */

    /* Frames of HTTP/2 from a peer; clients of gRPC stay far below. `X` at once, then X_SECOND. */
    LIMIT_PREFACE_MS = 5000,              /* from the handshake to the first words */
    LIMIT_FRAME_BYTES = 16384,            /* RFC 9113's default, which gRPC leaves */
    LIMIT_HEADER_BYTES = 16384,           /* twice LIMIT_METADATA_BYTES, which gRPC refuses well */
    LIMIT_HEADER_FRAMES = 4,              /* pieces of one header block */
    LIMIT_RESETS = 200,                   /* a full connection's calls cancelled at once */
    LIMIT_RESETS_SECOND = 50,
    LIMIT_PINGS = 32,                     /* besides one for each frame the server has sent */
    LIMIT_PINGS_SECOND = 2,
    LIMIT_SETTINGS = 32,
    LIMIT_SETTINGS_SECOND = 4,
    LIMIT_EMPTY = 128,                    /* and PRIORITY, and what nobody knows */
    LIMIT_EMPTY_SECOND = 10,
    LIMIT_TINY_BYTES = 128,               /* a piece of a message that is below it, */
    LIMIT_TINY = 512,                     /* besides two for each call */
    LIMIT_TINY_SECOND = 50,
    LIMIT_WINDOWS = 2000,                 /* besides four for each frame the server has sent */
    LIMIT_WINDOWS_SECOND = 500,
    LIMIT_REQUEST_MS = 30000,             /* from a request's begin to its end or an answer */

    /* Followers. A change is with the client within a tick and the time of the looks. */
    LIMIT_FOLLOW_TICK_MS = 50,            /* after commits all followers look at most so often, */
    LIMIT_FOLLOW_CORE_SHARE = 5,          /* and for at most 1/5 of the time of one core, */
    LIMIT_FOLLOW_REST_MS = 500,           /* but so often in any case; */
    LIMIT_FOLLOW_LOOK_MS = 1000,          /* without commits so often: dates turn, tokens expire */
    LIMIT_HEARTBEAT_MS = 20000,           /* below any proxy's time-out of a silent stream */
    LIMIT_FOLLOW_STALL_MS = 60000,        /* one who takes no message so long is cut off */

    /* The executor. */
    LIMIT_QUEUE = 1024,                   /* writes waiting; full answers BUSY */
    LIMIT_RETRY_DELAY_MS = 50,            /* what BUSY tells the client: a few commits */
    LIMIT_BATCH_RUNS = 64,                /* runs of one batch or read after CONFLICT or NEED: each
                                             fetches a key more of a chain nobody hinted at */
    LIMIT_SLOW_LANE_SHARE = 4,            /* imports get at most 1/4 of a batch when others wait */
    LIMIT_SLOW_LANE_FLOOR = 16,           /* but these rows always: cheaper than the batch's sync,
                                             so that a few tills never starve an import */
    LIMIT_LONG_JOBS = 4,                  /* verify and backup streams waiting or running */
    LIMIT_DRAIN_MS = 10000,               /* graceful shutdown before calls are cancelled */

    /* Strangers who name codes that nobody has. A code has 40 random bits, so that of a million
     * codes one is hit in a million guesses: with one guess a second, once in 12 days. While all
     * together name too many, whoever has named none lately is let through all the same, and has
     * one guess in LIMIT_GUESS_PEER_MS: a handful of addresses could else close the registration
     * of a whole chain, and what a hit tells is a masked name. */
    LIMIT_GUESSES_PEER = 30,              /* at once, of one peer: a family typing badly */
    LIMIT_GUESS_PEER_MS = 6000,           /* then one every so often */
    LIMIT_GUESSES = 120,                  /* at once, of all strangers together */
    LIMIT_GUESS_MS = 1000,

    /* Sign-in. A code has six digits and five tries, a phone ten codes a day: whoever is after one
     * phone is right once in 20,000 days. Whoever is after any phone gets 86,400 tries a day from
     * all his addresses together, each five after a message to somebody: right once in 12 days. */
    LIMIT_PHONE_CODE_MS = 5 * 60 * 1000,  /* how long a code counts */
    LIMIT_PHONE_CODE_TRIES = 5,
    LIMIT_PHONE_CODE_AGAIN_MS = 10 * 1000, /* after it proved the phone: a double tap */
    LIMIT_PHONE_CODE_EACH_MS = 60 * 1000, /* of one phone: one a minute, */
    LIMIT_PHONE_CODES_HOUR = 5,           /* so many an hour, */
    LIMIT_PHONE_CODES_DAY = 10,           /* and a day: messages cost money and patience */
    LIMIT_SENDS_PEER = 30,                /* codes asked for at once, from one address: a shop's
                                             network on a busy day, */
    LIMIT_SEND_PEER_MS = 10 * 1000,       /* then one every so often; */
    LIMIT_SENDS = 300,                    /* from all: a campaign's first minute, */
    LIMIT_SEND_MS = 1000,                 /* then 86,400 records a day, 200 B each, at most */
    LIMIT_TRIES_PEER = 30,                /* wrong codes at once, from one address, */
    LIMIT_TRY_PEER_MS = 60 * 1000,        /* then one every so often; */
    LIMIT_TRIES = 300,                    /* from all */
    LIMIT_TRY_MS = 1000,
    LIMIT_LINK_MINUTES = 7 * 24 * 60,     /* a link is printed on Friday and used on Thursday */
    LIMIT_LINK_MINUTES_DEFAULT = 60,
    LIMIT_METRICS_CONNECTIONS = 8,        /* one Prometheus, its twin, and somebody who looks */
    LIMIT_METRICS_SILENCE_S = 10,         /* a scrape says all it has to say at once */
    LIMIT_METRICS_CONNECTION_BYTES = 8192, /* its request and our headers */
    LIMIT_HOOKS = 1024,                   /* of all merchants, walked five times a second */
    LIMIT_SENDER_QUEUE = 256,             /* messages waiting: 60 KB; a code is asked for again */

    /* Requests. */
    LIMIT_ROWS = 500,                     /* rows of RecordPurchases, RegisterMembers */
    LIMIT_PAGE_DEFAULT = 50,
    LIMIT_AUDIT_WALK = 2000,              /* entries of the audit trail looked at for one page */
    LIMIT_EVENTS_WALK = 4096,             /* events looked at for one page or look: some ms */
    LIMIT_AUDIT_EXPORT = 100,             /* entries of one message: 100 KB at most */
    LIMIT_PAGE = 500,
    LIMIT_REFUNDS_PARKED = 8,             /* refunds waiting for one purchase: all are posted in its
                                             command; more than a few tills ever have under way */
    LIMIT_RANKED_GUIDES = 100000,         /* 32 B each, in one call's arena */
    LIMIT_AHEAD_MS = 10 * 60 * 1000,      /* occurred_at may be so far ahead of the clock */
    /* From when to when a handover, transfer or leaving may be dated: a year back its counters
     * touch the months of two years, and a year ahead is more than anybody plans. */
    LIMIT_STAFF_BACK_DAYS = 366,
    LIMIT_STAFF_AHEAD_DAYS = 366,
    LIMIT_BIRTHDAY_DAYS = 92,             /* ahead: a quarter's planning */
    LIMIT_BIRTHDAY_LATE_DAYS = 31,        /* told after so long a standstill; older ones are not */
    LIMIT_BIRTHDAY_WALK = 4000,           /* members looked at in a second to tell theirs: 30 ms,
                                             and 1 M are through in 5 minutes */
    LIMIT_BIRTHDAYS_LOOKED = 500,         /* profiles unsealed for one page: some 3 ms */
    LIMIT_TOKENS_PER_PRINCIPAL = 2,       /* alive, for rotation */
    LIMIT_MEMBER_CODES = 20,              /* she draws herself, that may still be used: a card, and
                                             one for every chat group she is in */
    LIMIT_MEMBER_CODES_EVER = 100,        /* revoking makes room, but codes are never deleted */
    /* Back-tests: one at a time, on the long thread; some 300 MB of memory when all are reached. */
    LIMIT_BACK_TEST_EVENTS = 2000000,     /* registrations, purchases, refunds; some 100 B each */
    LIMIT_BACK_TEST_COUNTERS = 2000000,   /* caps and budgets: 32 B each, twice the room */
    LIMIT_BACK_TEST_RULES = 1024,         /* rule ids of all versions met */
    LIMIT_BACK_TEST_ROWS = 65536,         /* rules x months x units x kinds: 64 rules, 40 years */
    LIMIT_BACK_TEST_PORTION = 256,        /* events in one snapshot: a few ms */
    LIMIT_BACK_TEST_ROWS_SENT = 500,      /* rows of one message */

    LIMIT_EXPLAIN_ADJUSTMENTS = 1000,     /* looked through for the one that made a credit */
    LIMIT_EXPLAIN_WALK = 10000,           /* entries one ExplainCredit looks at: some 50 ms */
    LIMIT_DISPUTES_PER_PAYEE = 32,        /* in one run: more than a payee argues in earnest */
    LIMIT_PAYMENT_ROWS = 200,             /* results of one call: a failed one puts 2 KB */
    LIMIT_WARNINGS_WALK = 2000,           /* payees looked at for one page: some 20 ms */
    LIMIT_SETTLEMENT_DAYS = 3660,         /* one run: ten years, their periods looked at in ms */
    LIMIT_SETTLEMENT_RATE_POINTS = 1000000, /* points in a lot: more are kept than paid */
    LIMIT_SETTLEMENT_RATE_MINOR = 1000000000, /* what a lot gives: far below 2^63 */
    LIMIT_STATEMENT_CREDITS = 500,        /* on a printed statement: a dozen pages */
    LIMIT_STATEMENT_WALK = 10000,         /* credits of a payee looked at for it: some 50 ms */
    LIMIT_RETENTION_YEARS = 10,           /* what payroll was given, by law (payee_copy.h) */
    LIMIT_PATH_BYTES = 1024,              /* a backup's folder */
};

/* One purchase at most: 10,000,000,000.00 of a currency with cents; a rate of 100 % of it times
 * the highest tier's multiplier stays far below 2^63. */
#define LIMIT_AMOUNT_MINOR INT64_C(1000000000000)
#define LIMIT_EVENT_MS (UINT64_C(90) * 86400 * 1000) /* who listens may be away for a season */
#define LIMIT_PHONE_REST_MS (UINT64_C(90) * 86400 * 1000) /* a number given up rests 90 days */
/* Sessions: a customer's phone stays signed in, a guide's for a week of shifts, a desk a day. */
#define LIMIT_SESSION_MEMBER_MS (UINT64_C(30) * 24 * 60 * 60 * 1000)
#define LIMIT_SESSION_GUIDE_MS (UINT64_C(7) * 24 * 60 * 60 * 1000)
#define LIMIT_SESSION_DESK_MS (UINT64_C(12) * 60 * 60 * 1000)
/* A receiver changes its secret within a day; a busy one is left alone a little longer. */
#define LIMIT_WEBHOOK_OLD_SECRET_MS (UINT64_C(24) * 60 * 60 * 1000)
#define LIMIT_WEBHOOK_RETRY_AFTER_MS (UINT64_C(27) * 60 * 60 * 1000)
#define LIMIT_FIXED_AMOUNT INT64_C(1000000000)
#define LIMIT_RATE_BP 10000       /* 100 %: nobody gives more than was paid */
#define LIMIT_MULTIPLIER_BP 100000 /* ten times: what a tier makes of a rule's amount */

#endif
