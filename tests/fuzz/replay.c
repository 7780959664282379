/* Replays a folder of inputs, and `runs` changes of them by a fixed seed.
 *   fuzz_NAME FOLDER [RUNS] */
#include <dirent.h>
#include <stdbool.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

enum { INPUT_BYTES_MAX = 64 * 1024, INPUTS_MAX = 256, RUNS = 10000, PATH_BYTES = 4096 };

struct input {
    uint8_t *data;
    size_t size;
};

static struct input inputs[INPUTS_MAX];
static size_t input_count;
static uint64_t state = UINT64_C(0x9e3779b97f4a7c15);

__attribute__((weak)) size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max,
                                                     unsigned seed)
{
    (void)seed;
    return LLVMFuzzerMutate(data, size, size_max);
}

/* xorshift64*: the same numbers everywhere. */
static size_t draw(size_t below)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return below == 0 ? 0 : (size_t)((state * UINT64_C(0x2545f4914f6cdd1d)) >> 33) % below;
}

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t size_max)
{
    for (size_t changes = 1 + draw(4); changes > 0; changes--) {
        size_t at = draw(size + 1);
        switch (draw(4)) {
        case 0: /* a byte more */
            if (size == size_max)
                break;
            memmove(data + at + 1, data + at, size - at);
            data[at] = (uint8_t)draw(256);
            size++;
            break;
        case 1: /* the end less */
            size = size > 1 ? size - draw(size / 4 + 1) : size;
            break;
        case 2: /* a piece of another */
            if (input_count > 0) {
                const struct input *other = &inputs[draw(input_count)];
                size_t from = draw(other->size), piece = draw(other->size - from + 1);
                piece = piece < size_max - at ? piece : size_max - at;
                if (piece > 0)
                    memcpy(data + at, other->data + from, piece);
                size = at + piece > size ? at + piece : size;
            }
            break;
        default: /* another byte */
            if (at < size)
                data[at] = (uint8_t)(draw(2) == 0 ? draw(256) : data[at] ^ (1U << draw(8)));
        }
    }
    return size;
}

static bool read_input(const char *path, struct input *ret_input)
{
    uint8_t *data = malloc(INPUT_BYTES_MAX);
    FILE *file = fopen(path, "rb");
    if (file == NULL || data == NULL)
        return false;
    size_t size = fread(data, 1, INPUT_BYTES_MAX, file);
    bool whole = ferror(file) == 0 && fgetc(file) == EOF;
    fclose(file);
    *ret_input = (struct input){data, size};
    return whole;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool read_all(const char *folder)
{
    struct dirent **names;
    int count = scandir(folder, &names, NULL, by_name);
    bool ok = count >= 0;
    for (int i = 0; i < count; i++) {
        char path[PATH_BYTES];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
        if (ok && names[i]->d_name[0] != '.' && input_count < INPUTS_MAX)
            ok = read_input(path, &inputs[input_count++]);
        free(names[i]);
    }
    if (count >= 0)
        free(names);
    return ok && input_count > 0;
}

int main(int argc, char **argv)
{
    static uint8_t changed[INPUT_BYTES_MAX];
    if (argc < 2 || !read_all(argv[1])) {
        fprintf(stderr, "usage: %s FOLDER [RUNS]: a folder of inputs, each of at most 64 KiB\n",
                argv[0]);
        return 2;
    }
    long runs = argc > 2 ? strtol(argv[2], NULL, 10) : RUNS;
    for (size_t i = 0; i < input_count; i++)
        LLVMFuzzerTestOneInput(inputs[i].data, inputs[i].size);
    for (long run = 0; run < runs; run++) {
        const struct input *input = &inputs[draw(input_count)];
        size_t size = input->size;
        if (size > 0)
            memcpy(changed, input->data, size);
        for (size_t times = 1 + draw(3); times > 0; times--)
            size = LLVMFuzzerCustomMutator(changed, size, sizeof changed, (unsigned)draw(1U << 30));
        /* Of its own: the sanitizer sees each step beside it. */
        uint8_t *copy = malloc(size > 0 ? size : 1);
        if (copy == NULL)
            return 2;
        if (size > 0)
            memcpy(copy, changed, size);
        LLVMFuzzerTestOneInput(copy, size);
        free(copy);
    }
    printf("%zu inputs and %ld changes of them\n", input_count, runs);
    for (size_t i = 0; i < input_count; i++)
        free(inputs[i].data);
    return 0;
}
