/* Two independent readers, zbar and ZXing, read every PNG we draw. */
#include "service/qr/qr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/service/qr/qr_sample.h"

static const struct {
    const char *text;
    enum qr_level level;
    unsigned pixels, quiet;
    bool bytes;
} samples[] = {
    {QR_LINK, QR_LEVEL_L, 3, 4, false},
    {QR_LINK, QR_LEVEL_M, 8, 4, false},
    {QR_LINK, QR_LEVEL_Q, 5, 10, false},
    {QR_LINK, QR_LEVEL_H, 12, 4, false},
    {"HTTPS://A.B/R/000000000", QR_LEVEL_M, 4, 4, false},
    {"HTTP://127.0.0.1:8080/R/ZZZZZZZZZ", QR_LEVEL_Q, 8, 6, false},
    {"HTTP://192.168.1.5:7780/R/7K3Q9F2MX", QR_LEVEL_M, 8, 4, false}, /* a trial's link */
    {"HTTPS://THE-LONGEST-BASE-OF-A-LINK.WITH-80-BYTES.IN-A-TRIAL.PAGES.EXAMPLE.COM:65535"
     "/R/7K3Q9F2MX", QR_LEVEL_H, 8, 4, false},
    {"HTTPS://A-VERY-LONG-NAME.OF-A-SHOP.AND-ITS-REFERRAL-PROGRAM.EXAMPLE.COM/R/7K3Q9F2MX",
     QR_LEVEL_H, 6, 4, false},
    /* A one-time sign-in link: its secret has small letters. */
    {"https://club.example.cn/in/link_1_kZ0xQ3mUe-v7Yb5wT_nR8dLpA2sGhJ4cF6iKoNqXyVw", QR_LEVEL_M, 6,
     4, true},
};

static void draw_to_file(size_t sample_index, const char *path)
{
    struct qr_options options = {
        .format = QR_PNG, .level = samples[sample_index].level,
        .module_pixels = samples[sample_index].pixels,
        .quiet_modules = samples[sample_index].quiet, .bytes = samples[sample_index].bytes,
    };
    struct sample png;
    assert_int_equal(sample_draw(samples[sample_index].text, options, 1 << 20, &png), QR_OK);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(png.data, 1, png.size, file), png.size);
    assert_int_equal(fclose(file), 0);
    free(png.data);
}

/* The command's first line holds `before`, the text and `after`, at its end. */
static void assert_reads(const char *command, const char *path, const char *before,
                         const char *text, const char *after)
{
    char line[512], found[512] = "";
    snprintf(line, sizeof(line), "%s %s 2>/dev/null", command, path);
    FILE *pipe = popen(line, "r");
    assert_non_null(pipe);
    bool any = fgets(found, sizeof(found), pipe) != NULL;
    while (fgets(line, sizeof(line), pipe) != NULL) {}
    assert_int_equal(pclose(pipe), 0);
    assert_true(any);
    found[strcspn(found, "\n")] = '\0';
    snprintf(line, sizeof(line), "%s%s%s", before, text, after);
    assert_true(strlen(found) >= strlen(line));
    assert_string_equal(found + strlen(found) - strlen(line), line);
}

static void zbar_and_zxing_read_every_sample(void **state)
{
    (void)state;
    char path[] = "/tmp/beckon_qr_XXXXXX.png";
    int descriptor = mkstemps(path, 4);
    assert_true(descriptor >= 0);
    close(descriptor);
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        draw_to_file(i, path);
        assert_reads("zbarimg --raw -q --nodbus", path, "", samples[i].text, "");
        assert_reads("ZXingReader -1 -format QRCode", path, "\"", samples[i].text, "\"");
    }
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zbar_and_zxing_read_every_sample),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
