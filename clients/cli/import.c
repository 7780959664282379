#include "clients/cli/nouns.h"
const struct noun NOUN_IMPORT = {.name="import",.help="x"};
