/* What is in the process's memory stays there: personal data, keys, tokens. */
#ifndef BECKON_SERVICE_MAIN_PRIVATE_H
#define BECKON_SERVICE_MAIN_PRIVATE_H

/* From here on no core dump is written, to a file or a handler's pipe, and no other process of the
 * same user can read this one's memory. Before the store is opened. */
void keep_memory_private(void);

#endif
