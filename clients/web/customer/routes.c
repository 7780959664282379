#include "clients/web/customer/customer.h"

const struct route CUSTOMER_ROUTES[] = {
    {EXCHANGE_GET, "/R", AUDIENCE_ANYONE, register_get, false},
    {EXCHANGE_POST, "/R", AUDIENCE_ANYONE, register_post, false},
    {EXCHANGE_GET, "/R/:x", AUDIENCE_ANYONE, register_get_with_code, false},
    {EXCHANGE_POST, "/R/:x", AUDIENCE_ANYONE, register_post_with_code, false},
    {EXCHANGE_GET, "/registered", AUDIENCE_ANYONE, registered_get, false},
    {EXCHANGE_GET, "/policy", AUDIENCE_ANYONE, policy_get, false},
    {EXCHANGE_GET, "/card", AUDIENCE_ANYONE, card_get, false},
    {EXCHANGE_POST, "/card/code", AUDIENCE_ANYONE, phone_code_post, false},
    {EXCHANGE_GET, "/card/prove", AUDIENCE_ANYONE, prove_get, false},
    {EXCHANGE_POST, "/card/prove", AUDIENCE_ANYONE, prove_post, false},
    {EXCHANGE_GET, "/card/qr.png", AUDIENCE_MEMBER, card_qr_get, false},
    {EXCHANGE_POST, "/card/sign-out", AUDIENCE_MEMBER, sign_out_post, false},
    {EXCHANGE_GET, "/card/points", AUDIENCE_MEMBER, points_get, false},
    {EXCHANGE_GET, "/card/points/:x", AUDIENCE_MEMBER, credit_get, false},
    {EXCHANGE_GET, "/card/friends", AUDIENCE_MEMBER, friends_get, false},
    {0},
};
