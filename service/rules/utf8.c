#include "service/rules/utf8.h"

bool utf8_next(struct bytes text, size_t *offset, uint32_t *ret_point)
{
    if (*offset >= text.size) return false;
    const uint8_t *byte = text.data + *offset;
    size_t left = text.size - *offset;

    size_t size;
    uint32_t point, least; /* the least code point that needs this many bytes */
    if (byte[0] < 0x80) {
        size = 1, point = byte[0], least = 0;
    } else if ((byte[0] & 0xe0) == 0xc0) {
        size = 2, point = byte[0] & 0x1f, least = 0x80;
    } else if ((byte[0] & 0xf0) == 0xe0) {
        size = 3, point = byte[0] & 0x0f, least = 0x800;
    } else if ((byte[0] & 0xf8) == 0xf0) {
        size = 4, point = byte[0] & 0x07, least = 0x10000;
    } else {
        return false;
    }
    if (size > left) return false;
    for (size_t i = 1; i < size; i++) {
        if ((byte[i] & 0xc0) != 0x80) return false;
        point = point << 6 | (byte[i] & 0x3f);
    }
    if (point < least || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return false;

    *offset += size;
    *ret_point = point;
    return true;
}

uint32_t utf8_narrow(uint32_t point)
{
    if (point >= 0xff01 && point <= 0xff5e) return point - 0xff01 + '!';
    return point == 0x3000 ? ' ' : point;
}
