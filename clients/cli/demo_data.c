/* Invented people and receipts, by a generator of its own: the same everywhere. */
#include "clients/cli/demo.h"

#include <stdio.h>

#include <glib.h>

enum {
    DAYS = 300, A_DAY = 4, FIRST_MEMBERS = 20, NAMES = 10, SEED = 20260101, DAY_SECONDS = 86400,
    AMOUNT_LEAST = 1000, AMOUNT_SPREAD = 90000,
};

static const char *const SHOPS[DEMO_SHOPS] = {"West Lake", "Riverside", "Old Town"};
static const char *const GUIDES[DEMO_GUIDES] = {"王丽", "李娜", "张伟", "刘洋", "陈静", "杨帆",
                                                "赵敏", "黄磊", "周婷", "吴迪", "徐佳", "孙浩"};
static const char *const MEMBERS[NAMES] = {"小雨", "阿明", "晓雪", "佳佳", "子轩",
                                           "梓涵", "浩然", "思琪", "一诺", "欣怡"};

struct demo {
    const char *folder;
    int64_t now_s;
    uint32_t seed;
};

static unsigned draw(struct demo *demo, unsigned below)
{
    demo->seed = (demo->seed * 1103515245u + 12345u) & 0x7FFFFFFFu;
    return (demo->seed >> 16) % below;
}

static void day_write(FILE *out, const struct demo *demo, int days_ago)
{
    g_autoptr(GDateTime) day =
        g_date_time_new_from_unix_utc(demo->now_s - (int64_t)days_ago * DAY_SECONDS);
    fprintf(out, "%04d-%02d-%02d", g_date_time_get_year(day), g_date_time_get_month(day),
            g_date_time_get_day_of_month(day));
}

/* Members 1, 2, 3 ... came two a day. */
static int joined_days_ago(unsigned member)
{
    return DAYS - (int)(member / 2);
}

static unsigned phone(unsigned member)
{
    return 10000000 + member * 7919;
}

static void shops_write(FILE *out, struct demo *demo)
{
    (void)demo;
    fputs("shop_id,name,pay_entity,cost_center\n", out);
    for (int i = 0; i < DEMO_SHOPS; i++)
        fprintf(out, "S%02d,%s,%s,%d\n", i + 1, SHOPS[i],
                i + 1 == DEMO_SHOPS ? "Old Town Franchise" : "Demo Retail", 4701 + i);
}

static void guides_write(FILE *out, struct demo *demo)
{
    (void)demo;
    fputs("employee_no,name,phone,shop_id,from_date,until_date\n", out);
    for (int i = 0; i < DEMO_GUIDES; i++)
        fprintf(out, "G%02d,%s,138001380%02d,S%02d,2020-01-01,\n", i + 1, GUIDES[i], i + 1,
                i % DEMO_SHOPS + 1);
}

static void members_write(FILE *out, struct demo *demo)
{
    fputs("phone,consent_policy_version,name,shop_id,occurred_at,code_of\n", out);
    for (unsigned m = 1; m <= DEMO_MEMBERS; m++) {
        fprintf(out, "139%08u,v1,%s,S%02u,", phone(m), MEMBERS[draw(demo, NAMES)],
                draw(demo, DEMO_SHOPS) + 1);
        day_write(out, demo, joined_days_ago(m));
        fputs("T10:00:00+08:00,", out);
        /* Some were brought by the first members, most by guides. */
        if (m > FIRST_MEMBERS && draw(demo, 3) == 0)
            fprintf(out, "member:139%08u\n", phone(draw(demo, FIRST_MEMBERS) + 1));
        else
            fprintf(out, "guide:G%02u\n", draw(demo, DEMO_GUIDES) + 1);
    }
}

static void purchases_write(FILE *out, struct demo *demo)
{
    unsigned receipt = 0;
    fputs("shop_id,receipt_number,phone,amount_minor,occurred_at\n", out);
    for (int ago = DAYS - 1; ago >= 1; ago--) {
        for (int k = 0; k < A_DAY; k++) {
            unsigned member = draw(demo, DEMO_MEMBERS) + 1;
            if (joined_days_ago(member) <= ago)
                continue;
            fprintf(out, "S%02u,D%06u,139%08u,%u,", draw(demo, DEMO_SHOPS) + 1, ++receipt,
                    phone(member), AMOUNT_LEAST + draw(demo, AMOUNT_SPREAD));
            day_write(out, demo, ago);
            fprintf(out, "T%02d:%02u:00+08:00\n", 10 + k * 2, draw(demo, 60));
        }
    }
}

static void charter_write(FILE *out, struct demo *demo)
{
    (void)demo;
    fputs(DEMO_CHARTER, out);
}

bool demo_write(const char *folder, int64_t now_s)
{
    static const struct { const char *name; void (*write)(FILE *out, struct demo *demo); }
        FILES[] = {{"program.yaml", charter_write}, {"shops.csv", shops_write},
                   {"guides.csv", guides_write},    {"members.csv", members_write},
                   {"purchases.csv", purchases_write}};
    struct demo demo = {.folder = folder, .now_s = now_s, .seed = SEED};
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        g_autofree char *path = g_build_filename(folder, FILES[i].name, NULL);
        FILE *out = fopen(path, "w");
        if (!out)
            return false;
        FILES[i].write(out, &demo);
        bool failed = ferror(out) != 0;
        if (fclose(out) != 0 || failed)
            return false;
    }
    return true;
}
