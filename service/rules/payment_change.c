#include "service/rules/payment_change.h"

bool payment_change_allowed(enum payment from, enum payment to)
{
    switch (from) {
    case PAYMENT_NONE:
        return to == PAYMENT_PAID || to == PAYMENT_FAILED || to == PAYMENT_RETURNED;
    case PAYMENT_PAID:
        return to == PAYMENT_RETURNED;
    case PAYMENT_FAILED:
    case PAYMENT_RETURNED:
        return false;
    }
    return false;
}

bool payment_comes_back(enum payment payment)
{
    return payment == PAYMENT_FAILED || payment == PAYMENT_RETURNED;
}
