/* verify's own state, shared by its files: one verify_*.c per thing proven. */
#ifndef BECKON_STORE_VERIFY_INNER_H
#define BECKON_STORE_VERIFY_INNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/key.h"
#include "store/ledger.h"
#include "store/program.h"
#include "store/reader.h"
#include "store/settlement_accounts.h"
#include "store/verify.h"

/* What the entries 1..N say of one account. */
struct account_fold {
    uint64_t last_entry;
    int64_t available[UNIT_COUNT], pending[UNIT_COUNT];
    uint32_t credit_count;
    uint32_t purchase_count; /* of a member, recorded before the ledger's time at N */
};

struct verify {
    struct store *store;
    uint32_t merchant;
    verify_progress *progress;
    void *context;
    struct verify_report *report;
    struct fence fence;           /* at N = fence.entry, and all of this from one snapshot */
    struct ledger_totals totals;
    struct numbers numbers;
    struct account_fold *members; /* by number, to numbers.member; 0 is nobody */
    struct account_fold *guides;
    uint32_t referees_listed;     /* members up to it are in their referrers' lists */
    uint64_t refund_sum;          /* 0 when refunds and entries agree: verify_refunds.c */
    struct verify_run_fold *runs; /* by number, to run_last; NULL: the ledger names none */
    uint32_t run_last;
    uint64_t events_known;        /* the last event at N; 0: its head can't be read */
    uint64_t events_next, events_time; /* behind the events walked */
    struct verify_caps *caps;     /* verify_caps.c's; NULL: nothing is counted */
    struct reader reader;         /* the open snapshot, if any */
    bool is_open;
    size_t work;                  /* records read in it, about */
};

/* Opens a snapshot, or keeps the one at hand while it is young; between two things to prove only.
 * Tells the progress: STORE_CONFLICT when that stops, STORE_FAULT. */
enum store_result verify_snapshot(struct verify *verify) STORE_CHECKED;
/* Writes down what differs; numbers only. */
void verify_found(struct verify *verify, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Counts a read; true when it has to be made again, its record having been fetched. */
bool verify_again(struct verify *verify, enum store_result result);
/* Opens a scan over [from, end) of the snapshot at hand, fetching what it needs; to be closed
 * whatever it answers. */
enum store_result verify_scan_open(struct verify *verify, const struct key *from,
                                   const struct key *end, bool reverse,
                                   struct reader_scan *ret_scan) STORE_CHECKED;
/* Of an answer that isn't STORE_OK: STORE_OK for ABSENT and DAMAGED, which are findings; the others
 * end the work. */
enum store_result verify_fatal(enum store_result result) STORE_CHECKED;
/* "no" or "damaged", for findings. */
const char *verify_word(enum store_result result);

/* Does the entry bring a credit to life: an ACCRUE, or the ADJUST a credit is numbered after? */
bool entry_makes_credit(const struct entry *entry);
/* The fold of an account that existed at N, else NULL. */
struct account_fold *verify_fold(struct verify *verify, struct party party);
/* "member", "guide", "shop", "nobody". */
const char *verify_kind(enum party_kind kind);
/* Is there an account, or a shop, of this number? Answers as reader_get. */
enum store_result verify_party_get(struct verify *verify, struct party party) STORE_CHECKED;

/* Called with each good record; its answer ends the walk unless STORE_OK. */
typedef enum store_result verify_visit(struct verify *verify, struct bytes key,
                                       struct bytes value);
/* Walks all records of a table, over as many snapshots as it takes; a record whose checksum is
 * wrong becomes a finding that names it. */
enum store_result verify_table(struct verify *verify, enum table table, const char *name,
                               verify_visit *visit) STORE_CHECKED;

/* Months by an index, for folds of guides' monthly counts: 1800 to 2199. */
enum { VERIFY_MONTHS = 400 * 12 };
/* The month's index and the day in it from 0; -1 when the date is out of all reason. */
int verify_month_index(business_date date, int *ret_day);
business_date verify_month_date(int index);
/* The first and last month that has any record in a table keyed by month, of whatever guide, in the
 * snapshot at hand; untouched when there is none. */
enum store_result verify_months_kept(struct verify *verify, enum table table, int *ret_first,
                                     int *ret_last) STORE_CHECKED;
/* Does the member's history hold a binding to this guide? Answers as a scan may. */
enum store_result verify_guide_served(struct verify *verify, uint32_t guide, uint32_t member,
                                      bool *ret_served) STORE_CHECKED;

/* Does a period close name this entry's credit as its guide's? Answers as a get may. */
enum store_result verify_period_entry(struct verify *verify, const struct entry *entry,
                                      bool *ret_named) STORE_CHECKED;

/* The marks that settlement runs left on an account, through which its credits are read. */
struct verify_marks {
    size_t count;
    struct settlement_of_entity entity[SETTLEMENT_ENTITIES_MAX];
};
/* Of a damaged record none: the walk over all accounts' records names it. */
enum store_result verify_marks_load(struct verify *verify, struct party party,
                                    struct verify_marks *ret) STORE_CHECKED;
/* The stored credit as its mark leaves it. */
void verify_marks_apply(const struct verify_marks *marks, struct party party,
                        struct credit *credit);

/* What credits and debts of an account say refunds of settled credits took, by pay entity. */
struct verify_clawed {
    size_t count;
    struct {
        uint32_t pay_entity;
        __int128 amount[UNIT_COUNT];
    } of[SETTLEMENT_ENTITIES_MAX];
};
/* Adds it; what is beyond the room for pay entities is damage that is told elsewhere. */
void verify_clawed_add(struct verify_clawed *clawed, uint32_t pay_entity, enum unit unit,
                       int64_t amount);
/* Holds it, and what the account's entries carried, against the account's records. */
void verify_carry_compare(struct verify *verify, struct party party,
                          const struct verify_marks *marks, const struct verify_clawed *clawed,
                          __int128 carried);

/* The parts, in the order they run. */
enum store_result verify_ledger(struct verify *verify) STORE_CHECKED;
enum store_result verify_purchases(struct verify *verify) STORE_CHECKED;
/* Of one purchase, in the snapshot at hand: its refunds. */
enum store_result verify_purchase_refunds(struct verify *verify,
                                          const struct purchase *purchase) STORE_CHECKED;
/* The date of the refund that made a purchase full; DATE_ALWAYS: none did, or it can't be read,
 * which verify_refunds names. */
enum store_result verify_full_refund_on(struct verify *verify, const struct purchase *purchase,
                                        business_date *ret_date) STORE_CHECKED;
enum store_result verify_refunds(struct verify *verify) STORE_CHECKED;
/* One entry of those up to N: adds it to what refunds took. */
void verify_refund_entry(struct verify *verify, const struct entry *entry);
/* One entry of those up to N: adds it to what its settlement run moved. */
enum store_result verify_settlement_entry(struct verify *verify,
                                          const struct entry *entry) STORE_CHECKED;
/* Settlement runs, their lines, and the entries that closed them. */
enum store_result verify_settlement(struct verify *verify) STORE_CHECKED;
void verify_settlement_free(struct verify *verify);
enum store_result verify_accounts(struct verify *verify) STORE_CHECKED;
/* Slots open, and whoever has a profile has one. */
enum store_result verify_keys(struct verify *verify) STORE_CHECKED;
/* Of one account, in the snapshot at hand: every credit and debt against the account's entries, and
 * its place in the due queue. */
enum store_result verify_life(struct verify *verify, struct party party,
                              const struct account *account) STORE_CHECKED;
/* Redemptions and adjustments against entries and credits. */
enum store_result verify_spent(struct verify *verify) STORE_CHECKED;
/* The due queue: each record is an account's next due date. */
enum store_result verify_due(struct verify *verify) STORE_CHECKED;
/* Of one member, in the snapshot at hand: purchases, days, binding. */
enum store_result verify_member(struct verify *verify, uint32_t member,
                                const struct account *account) STORE_CHECKED;
/* In the first snapshot: how far the lists of recommended friends go. */
enum store_result verify_referees_begin(struct verify *verify) STORE_CHECKED;
/* Of one member, in the snapshot at hand: is she in the list of who recommended her? */
enum store_result verify_referee_listed(struct verify *verify, uint32_t member,
                                        const struct account *account) STORE_CHECKED;
/* The lists of recommended friends: each row is one. */
enum store_result verify_referees(struct verify *verify) STORE_CHECKED;
/* Of one member, in the snapshot at hand: who served her when, and who will. */
enum store_result verify_bindings(struct verify *verify, uint32_t member,
                                  const struct account *account) STORE_CHECKED;
/* A program version, kept decoded for a while: good until the next is asked for. Answers as
 * reader_get. */
enum store_result verify_program(struct verify *verify, uint32_t version,
                                 const struct program **ret) STORE_CHECKED;
/* What a registration gave by name. */
enum store_result verify_benefits(struct verify *verify,
                                  const struct registration *registration) STORE_CHECKED;
/* Each credit and each counter of an account that the walk passes; then the comparison. */
enum store_result verify_caps_credit(struct verify *verify, struct party party,
                                     const struct credit *credit) STORE_CHECKED;
enum store_result verify_caps_counter(struct verify *verify, struct bytes key,
                                      struct bytes value) STORE_CHECKED;
enum store_result verify_caps(struct verify *verify) STORE_CHECKED;
void verify_caps_free(struct verify *verify);
enum store_result verify_recency(struct verify *verify) STORE_CHECKED;
enum store_result verify_kpi(struct verify *verify) STORE_CHECKED;
enum store_result verify_targets(struct verify *verify) STORE_CHECKED;
enum store_result verify_period(struct verify *verify) STORE_CHECKED;
enum store_result verify_people(struct verify *verify) STORE_CHECKED;
/* Who is erased, and that he is gone. Of one account, in the snapshot at hand: is it on record? */
enum store_result verify_erasures(struct verify *verify) STORE_CHECKED;
enum store_result verify_erased(struct verify *verify, struct party party,
                                const struct account *account) STORE_CHECKED;
/* What closed runs keep of their payees, and who exported them. */
enum store_result verify_exports(struct verify *verify) STORE_CHECKED;
enum store_result verify_handovers(struct verify *verify) STORE_CHECKED;
enum store_result verify_reviews(struct verify *verify) STORE_CHECKED;
/* Of one credit, in the snapshot at hand: does the review it names name it? */
enum store_result verify_credit_review(struct verify *verify, struct party party,
                                       const struct credit *credit) STORE_CHECKED;
/* Of one credit, stored as `value`, in the snapshot at hand: is it in the list when it is held? */
enum store_result verify_held_credit(struct verify *verify, struct party party,
                                     const struct credit *credit,
                                     struct bytes value) STORE_CHECKED;
/* The list of held credits: each is one. */
enum store_result verify_held(struct verify *verify) STORE_CHECKED;
/* Of one member, in the snapshot at hand: full refunds as her months count them. */
enum store_result verify_refund_cycle(struct verify *verify, uint32_t member,
                                      const struct account *account) STORE_CHECKED;
/* Disputes, and held credits left to the next run; what became of settlement lines' money. */
enum store_result verify_disputes(struct verify *verify) STORE_CHECKED;
enum store_result verify_payments(struct verify *verify) STORE_CHECKED;
/* Sessions, sign-in links, phone codes. */
enum store_result verify_sign_in(struct verify *verify) STORE_CHECKED;
enum store_result verify_indexes(struct verify *verify) STORE_CHECKED;
enum store_result verify_audit(struct verify *verify) STORE_CHECKED;
/* In the first snapshot: which events belong to N. */
enum store_result verify_events_begin(struct verify *verify) STORE_CHECKED;
enum store_result verify_events(struct verify *verify) STORE_CHECKED;
enum store_result verify_webhooks(struct verify *verify) STORE_CHECKED;

#endif
