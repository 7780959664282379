#include "tests/service/command/play_inner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "service/command/bootstrap.h"
#include "service/rules/code_text.h"
#include "store/verify.h"
#include "tests/service/command/message_text.h"

/* ---- the arena ------------------------------------------------------------------------------- */

static void *arena_alloc(void *context, size_t size)
{
    struct arena *arena = context;
    if (arena->count >= arena->limit) return NULL;
    return arena->blocks[arena->count++] = malloc(size > 0 ? size : 1);
}

static void arena_free(void *context, void *data)
{
    (void)context;
    (void)data;
}

void stage_arena_clear(struct stage *stage, size_t limit)
{
    struct arena *arena = &stage->arena;
    while (arena->count > 0) free(arena->blocks[--arena->count]);
    arena->limit = limit;
    arena->allocator = (ProtobufCAllocator){arena_alloc, arena_free, arena};
}

/* ---- saved values and principals ------------------------------------------------------------- */

static const char *saved_value(const struct stage *stage, const char *name, size_t size)
{
    for (size_t i = stage->saved_count; i-- > 0;)
        if (strlen(stage->saved[i].name) == size && memcmp(stage->saved[i].name, name, size) == 0)
            return stage->saved[i].value;
    fail_msg("step %zu: nothing saved as %.*s", stage->step, (int)size, name);
    return NULL;
}

void stage_expand(const struct stage *stage, const char *text, char ret[TEXT_BYTES])
{
    size_t used = 0;

    while (*text != '\0') {
        if (*text != '$') {
            assert_true(used < TEXT_BYTES - 1);
            ret[used++] = *text++;
            continue;
        }
        size_t size = strspn(++text, "abcdefghijklmnopqrstuvwxyz0123456789_");
        const char *value = saved_value(stage, text, size);
        assert_true(used + strlen(value) < TEXT_BYTES - 1);
        memcpy(ret + used, value, strlen(value));
        used += strlen(value);
        text += size;
    }
    ret[used] = '\0';
}

enum outcome stage_principal(struct stage *stage, const char *who, struct principal *ret)
{
    static const struct { const char *name; enum role role; enum party_kind kind; } roles[] = {
        {"stranger", ROLE_REGISTRANT, PARTY_NONE}, {"member", ROLE_MEMBER, PARTY_MEMBER},
        {"guide", ROLE_GUIDE, PARTY_GUIDE}, {"pos", ROLE_POS, PARTY_SHOP},
        {"manager", ROLE_SHOP_MANAGER, PARTY_SHOP}, {"payroll", ROLE_PAYROLL, PARTY_NONE},
        {"auditor", ROLE_AUDITOR, PARTY_NONE}, {"admin", ROLE_ADMIN, PARTY_NONE},
        {"operator", ROLE_OPERATOR, PARTY_NONE}, {"payout", ROLE_PAYOUT, PARTY_NONE},
        {"integration", ROLE_INTEGRATION, PARTY_NONE},
        {"ticker", ROLE_REGISTRANT, PARTY_NONE},
    };
    const char *number = strchr(who, ':'), *merchant = strchr(who, '@');
    size_t size = strcspn(who, ":@");

    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        if (strlen(roles[i].name) != size || memcmp(roles[i].name, who, size) != 0) continue;
        *ret = (struct principal){.role = roles[i].role, .merchant = 1};
        if (merchant != NULL) ret->merchant = (uint32_t)strtoul(merchant + 1, NULL, 10);
        bool nobodys = roles[i].name[0] == 's' || ret->role == ROLE_OPERATOR;
        if (nobodys) ret->merchant = 0; /* strangers and operators */
        if (number != NULL)
            ret->party = (struct party){roles[i].kind, (uint32_t)strtoul(number + 1, NULL, 10)};
        return OUTCOME_OK;
    }
    assert_int_equal(strncmp(who, "token:", 6), 0);
    struct reader reader;
    enum outcome outcome = OUTCOME_AGAIN;
    assert_int_equal(reader_open(stage->store, &reader), STORE_OK);
    for (int run = 0; outcome == OUTCOME_AGAIN && run < RUNS_MAX; run++) {
        if (run > 0) assert_int_equal(kv_fetch(reader.snapshot), STORE_OK);
        outcome = command_authenticate(&reader, scratch_bytes(who + 6), stage->now_ms, ret);
    }
    reader_close(&reader);
    return outcome;
}

void stage_save(struct stage *stage, const char *list, const char *reply)
{
    char words[256], *rest = words, *word;

    if (list == NULL) return;
    assert_true(strlen(list) < sizeof words);
    strcpy(words, list);
    while ((word = strtok_r(rest, " ", &rest)) != NULL) {
        char *path = strchr(word, '='), line[256];
        assert_non_null(path);
        *path++ = '\0';
        snprintf(line, sizeof line, "%s=", path);
        const char *at = reply;
        while (at != NULL && strncmp(at, line, strlen(line)) != 0)
            at = (at = strchr(at, '\n')) != NULL ? at + 1 : NULL;
        if (at == NULL) fail_msg("step %zu: no %s in\n%.4000s", stage->step, path, reply);
        assert_true(stage->saved_count < SAVED_MAX);
        struct saved *saved = &stage->saved[stage->saved_count++];
        snprintf(saved->name, sizeof saved->name, "%s", word);
        at += strlen(line);
        snprintf(saved->value, sizeof saved->value, "%.*s", (int)strcspn(at, "\n"), at);
    }
}

static void save(struct stage *stage, const char *name, const char *value)
{
    assert_true(stage->saved_count < SAVED_MAX);
    struct saved *saved = &stage->saved[stage->saved_count++];
    snprintf(saved->name, sizeof saved->name, "%s", name);
    snprintf(saved->value, sizeof saved->value, "%s", value);
}

void stage_notice(struct stage *stage, const struct notice *notice)
{
    if (!notice->filled) return;
    save(stage, "to", notice->to[0] != '\0' ? notice->to : "nobody");
    save(stage, "code", notice->code);
}

/* ---- the stage ------------------------------------------------------------------------------- */

struct stage *stage_open(bool needy)
{
    struct stage *stage = calloc(1, sizeof *stage);
    char admin[SECRET_TOKEN_TEXT_BYTES], operator_[SECRET_TOKEN_TEXT_BYTES];
    uint8_t seed[BOOTSTRAP_SEED_BYTES] = {7};

    assert_non_null(stage);
    secret_init();
    stage->needy = needy;
    stage->now_ms = (uint64_t)message_text_time("2026-03-02T10:00");
    stage->merchant_max = 1;
    stage->scratch = scratch_make();
    /* The first start is always on LMDB: it runs no command and fetches nothing. */
    stage->store = scratch_store(&stage->scratch, false);
    bootstrap_tokens(seed, admin, operator_);
    assert_int_equal(bootstrap_commit(stage->store, stage->now_ms, seed), OUTCOME_OK);
    store_close(stage->store);
    stage->store = scratch_store(&stage->scratch, needy);
    stage->batch = batch_new(stage->store);
    snprintf(stage->saved[0].name, sizeof stage->saved[0].name, "admin");
    snprintf(stage->saved[0].value, sizeof stage->saved[0].value, "%s", admin);
    snprintf(stage->saved[1].name, sizeof stage->saved[1].name, "folder");
    snprintf(stage->saved[1].value, sizeof stage->saved[1].value, "%s", stage->scratch.path);
    snprintf(stage->saved[2].name, sizeof stage->saved[2].name, "nobodys");
    code_write(code_make((const uint8_t[CODE_RANDOM_BYTES]){1, 2, 3}), stage->saved[2].value);
    stage->saved_count = 3;
    return stage;
}

void stage_verify(struct stage *stage)
{
    struct verify_report *report = stage->meddled ? NULL : calloc(1, sizeof *report);

    if (stage->meddled) return;
    assert_non_null(report);
    for (uint32_t merchant = 1; merchant <= stage->merchant_max && merchant <= MERCHANTS_MAX;
         merchant++) {
        assert_int_equal(store_verify(stage->store, merchant, NULL, NULL, report), STORE_OK);
        if (report->finding_count > 0)
            fail_msg("verify of merchant %u: %s", merchant, report->findings[0]);
    }
    free(report);
}

void stage_close(struct stage **place)
{
    struct stage *stage = *place;
    if (stage == NULL) return;
    *place = NULL;
    stage_arena_clear(stage, 0);
    batch_destroy(stage->batch);
    store_close(stage->store);
    scratch_remove(&stage->scratch);
    free(stage->said);
    free(stage);
}

