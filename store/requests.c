#include "store/encode.h"
#include "store/tokens.h"

#include <assert.h>

#include "store/table.h"

static struct key request_key(uint32_t merchant, enum request_kind kind, struct bytes id)
{
    assert(id.size > 0 && id.size <= REQUEST_KEY_BYTES_MAX);
    struct key key = key_begin(merchant, TABLE_REQUEST);
    key_u8(&key, (uint8_t)kind);
    key_bytes(&key, id.data, id.size);
    return key;
}

enum store_result requests_get(struct reader *reader, enum request_kind kind, struct bytes id,
                               struct request *ret)
{
    struct key key = request_key(reader->merchant, kind, id);
    struct bytes value;
    enum store_result result = table_get(reader, &key, &value);
    return result == STORE_OK ? request_decode(value, ret) : result;
}

void requests_put(struct batch *batch, enum request_kind kind, struct bytes id,
                  const struct request *request)
{
    uint8_t data[RECORD_BYTES_MAX];
    struct key key = request_key(batch->reader.merchant, kind, id);
    table_put(batch, &key, data, request_encode(request, data));
}
