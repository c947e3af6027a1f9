#include "http_provider/codes.h"

const struct code_meaning *code_find(const struct code_meaning *table, struct td_str code) {
    for (; table->code; table++)
        if (td_str_eqz(code, table->code))
            return table;
    return NULL;
}
