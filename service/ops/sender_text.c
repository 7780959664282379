/* What a message says, in the language it was asked for, and its form as JSON. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "service/ops/sender_inner.h"

enum { TEXT_BYTES = 512, TIME_BYTES = 32 };

static void write_text(const struct notice *notice, char ret_text[TEXT_BYTES])
{
    if (notice->english)
        snprintf(ret_text, TEXT_BYTES,
                 "%s: your code is %s. It counts for %u minutes. Never tell it to anyone, not even "
                 "to our staff.", notice->merchant, notice->code, notice->valid_minutes);
    else
        snprintf(ret_text, TEXT_BYTES,
                 "【%s】验证码 %s，%u 分钟内有效。请勿告诉任何人，包括本店员工。",
                 notice->merchant, notice->code, notice->valid_minutes);
}

static void write_time(uint64_t at_ms, char ret_text[TIME_BYTES])
{
    time_t seconds = (time_t)(at_ms / 1000);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    if (strftime(ret_text, TIME_BYTES, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
        ret_text[0] = '\0';
}

size_t sender_json(const struct notice *notice, uint64_t at_ms, char ret_json[SENDER_JSON_BYTES])
{
    char text[TEXT_BYTES], at[TIME_BYTES];
    write_text(notice, text);
    write_time(at_ms, at);
    json_t *message = json_pack("{s:s, s:s, s:s, s:s, s:s}", "to", notice->to, "text", text,
                                "code", notice->code, "language", notice->english ? "en" : "zh",
                                "at", at);
    if (message == NULL)
        return 0;
    size_t size = json_dumpb(message, ret_json, SENDER_JSON_BYTES, JSON_COMPACT);
    json_decref(message);
    return size < SENDER_JSON_BYTES ? size : 0;
}
