/* Proving a phone: a code is sent to it, she types it, and is signed in as its member. The pages
 * are the same for phones that nobody has. */
#include <string.h>
#include <time.h>

#include "beckon/v1/sign_in_service.pb-c.h"
#include "clients/web/customer/customer.h"
#include "clients/web/customer/proving.h"

static void show_sign_in(struct visit *visit, unsigned status)
{
    view_text(visit, "script", "page.js");
    visit_show(visit, status, "customer/sign_in");
}

static void show_prove(struct visit *visit, unsigned status)
{
    struct proving proving;
    if (!proving_load(visit, &proving)) {
        visit_go(visit, "/card?other=1");
        return;
    }
    char *masked = proving_masked(proving.phone);
    view_text(visit, "phone_masked", masked);
    g_free(masked);
    view_text(visit, "script", "page.js");
    visit_show(visit, status, "customer/prove");
}

void phone_send_code(struct visit *visit, const char *phone, uint32_t merchant_number,
                     const char *otherwise)
{
    Beckon__V1__SendPhoneCodeRequest request = BECKON__V1__SEND_PHONE_CODE_REQUEST__INIT;
    request.phone = (char *)phone;
    request.merchant_number = merchant_number;
    request.language = (char *)(visit->language == LANGUAGE_ZH ? "zh" : "en");
    visit_speak_as(visit, false);
    if (ask(visit, &beckon__v1__sign_in_service__descriptor, "SendPhoneCode", &request.base)) {
        proving_begin(visit, phone, merchant_number);
        visit_go(visit, "/card/prove");
    } else if (strcmp(visit->error.reason, "SENDER_ABSENT") == 0) {
        visit_go(visit, otherwise);
    } else if (visit->error.code == CHANNEL_INVALID_ARGUMENT) {
        view_refused(visit);
        show_sign_in(visit, 400);
    } else {
        visit_failed(visit);
    }
}

/* The phone of the form; without one, the phone being proved: "send another". */
void phone_code_post(struct visit *visit)
{
    struct proving proving;
    const char *phone = visit_field(visit, "phone");
    if (phone[0] == '\0' && proving_load(visit, &proving))
        phone_send_code(visit, proving.phone, proving.merchant_number, "/card?absent=1");
    else
        phone_send_code(visit, phone, visit->site->merchant_number, "/card?absent=1");
}

void prove_get(struct visit *visit)
{
    show_prove(visit, 200);
}

void prove_post(struct visit *visit)
{
    struct proving proving;
    if (!proving_load(visit, &proving)) {
        visit_go(visit, "/card?other=1");
        return;
    }
    Beckon__V1__ProvePhoneRequest request = BECKON__V1__PROVE_PHONE_REQUEST__INIT;
    request.phone = proving.phone;
    request.code = (char *)visit_field(visit, "code");
    request.merchant_number = proving.merchant_number;
    visit_speak_as(visit, false);
    const Beckon__V1__ProvePhoneResponse *reply =
        ask(visit, &beckon__v1__sign_in_service__descriptor, "ProvePhone", &request.base);
    if (reply) {
        visit_sign(visit, reply->session_secret,
                   reply->expires_at ? reply->expires_at->seconds - (int64_t)time(NULL) : 0);
        proving_end(visit);
        visit_go(visit, "/card");
    } else if (visit->error.code == CHANNEL_INVALID_ARGUMENT ||
               visit->error.code == CHANNEL_FAILED_PRECONDITION) {
        if (visit->error.field[0] == '\0')
            g_strlcpy(visit->error.field, "code", sizeof visit->error.field);
        view_refused(visit);
        show_prove(visit, 400);
    } else {
        visit_failed(visit);
    }
}

void card_sign_in(struct visit *visit)
{
    if (fields_get(&visit->exchange->query, "absent")[0] != '\0')
        view_wrong(visit, "", "sign_in.absent");
    show_sign_in(visit, 200);
}
