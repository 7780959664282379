#include "service/rules/text_rules.h"

#include <assert.h>
#include <string.h>

#include "service/rules/utf8.h"

struct point_range { uint32_t first, last; };

/* Never in a text: they act on the text around them, or end it, instead of being read. */
static const struct point_range forbidden[] = {
    {0x0000, 0x001f}, {0x007f, 0x009f},                     /* controls */
    {0x061c, 0x061c}, {0x200e, 0x200f}, {0x202a, 0x202e},   /* bidirectional formatting */
    {0x2066, 0x206f},                                       /* the same, and deprecated formats */
    {0x2028, 0x2029},                                       /* line and paragraph separators */
    {0xfdd0, 0xfdef}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb},   /* non-characters, marks, annotations */
    {0xe0000, 0xe007f},                                     /* tags: invisible ASCII */
};

/* Never at an end: they can't be seen there. */
static const struct point_range blank[] = {
    {' ', ' '}, {0xa0, 0xa0}, {0xad, 0xad}, {0x115f, 0x1160}, {0x1680, 0x1680}, {0x2000, 0x200d},
    {0x202f, 0x202f}, {0x205f, 0x2064}, {0x3000, 0x3000}, {0x3164, 0x3164}, {0xffa0, 0xffa0},
};

/* Marks that combine with the character before: the common blocks of Unicode. */
static const struct point_range combining[] = {
    {0x0300, 0x036f}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f},
    {0xfe20, 0xfe2f}, {0xe0100, 0xe01ef},
};

static bool is_in(uint32_t point, const struct point_range *ranges, size_t range_count)
{
    for (size_t i = 0; i < range_count; i++) {
        if (point >= ranges[i].first && point <= ranges[i].last) return true;
    }
    return false;
}
#define IS_IN(point, ranges) is_in(point, ranges, sizeof(ranges) / sizeof((ranges)[0]))

bool text_is_identifier(struct bytes text, size_t size_min, size_t size_max)
{
    assert(size_min <= size_max);
    if (text.size < size_min || text.size > size_max) return false;
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        bool allowed = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                       c == '-' || c == '_' || c == '.';
        if (!allowed) return false;
    }
    return true;
}

bool text_is_printable(struct bytes text, size_t size_min, size_t size_max)
{
    assert(size_min <= size_max);
    if (text.size < size_min || text.size > size_max) return false;
    uint32_t point = 'x';
    for (size_t offset = 0; offset < text.size;) {
        bool first = offset == 0;
        if (!utf8_next(text, &offset, &point)) return false;
        if (IS_IN(point, forbidden) || (point & 0xfffe) == 0xfffe) return false;
        if (first && (IS_IN(point, blank) || IS_IN(point, combining))) return false;
    }
    return !IS_IN(point, blank);
}

void text_mask_name(struct bytes name, char ret_text[TEXT_MASK_BYTES])
{
    static const char hidden[] = "**";
    static_assert(TEXT_MASK_BYTES >= 4 + sizeof(hidden), "the longest character fits");
    size_t first_size = 0;
    uint32_t point;
    if (!utf8_next(name, &first_size, &point) || IS_IN(point, forbidden)) first_size = 0;
    if (first_size > 0) memcpy(ret_text, name.data, first_size);
    memcpy(ret_text + first_size, hidden, sizeof(hidden));
}
