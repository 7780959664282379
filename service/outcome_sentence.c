/* The sentence a person reads: an outcome's words with its field and what is allowed put in. */
#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "service/outcome.h"

/* Appends as much of `piece` as fits; never cuts a UTF-8 character in two. */
static unsigned append(char *text, unsigned used, unsigned size, const char *piece,
                       size_t piece_size)
{
    if (piece_size > size - 1 - used) {
        piece_size = size - 1 - used;
        while (piece_size > 0 && ((unsigned char)piece[piece_size] & 0xC0) == 0x80)
            piece_size--;
    }
    memcpy(text + used, piece, piece_size);
    return used + (unsigned)piece_size;
}

void outcome_sentence(enum outcome outcome, const struct refusal *refusal, bool chinese,
                      char *ret_text, unsigned size)
{
    assert(size > 0);
    const struct outcome_info *info = outcome_info(outcome);
    const char *field = refusal != NULL && refusal->field != NULL ? refusal->field
                        : chinese ? "请求" : "the request";
    const char *allowed = refusal != NULL && refusal->allowed != NULL ? refusal->allowed
                          : chinese ? "见接口说明" : "see the API's description";
    unsigned used = 0;
    for (const char *at = chinese ? info->zh : info->en; *at != '\0';) {
        const char *brace = strchr(at, '{');
        if (brace == NULL)
            brace = at + strlen(at);
        used = append(ret_text, used, size, at, (size_t)(brace - at));
        at = brace;
        if (strncmp(at, "{field}", 7) == 0) {
            used = append(ret_text, used, size, field, strlen(field));
            at += 7;
        } else if (strncmp(at, "{allowed}", 9) == 0) {
            used = append(ret_text, used, size, allowed, strlen(allowed));
            at += 9;
        } else if (*at == '{') {
            used = append(ret_text, used, size, at, 1);
            at++;
        }
    }
    ret_text[used] = '\0';
    /* A replacement may stand at the start of an English sentence: "the request is required." */
    if (ret_text[0] >= 'a' && ret_text[0] <= 'z' && (refusal == NULL || refusal->field == NULL))
        ret_text[0] = (char)(ret_text[0] - 'a' + 'A');
}
