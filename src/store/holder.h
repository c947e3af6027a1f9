/* holder.h: who holds a lease, in a form from which another process can tell that he is dead.
 *
 * "<process>|<boot id>/<pid namespace>/<pid>/<start>". A process of the same boot and the same pid
 * namespace that finds that pid gone, or started at another time, need not wait for the lease to
 * expire. Taking a lease from the living by error would be harmless (the fence stops him), but it
 * does not happen. */
#ifndef STORE_HOLDER_H
#define STORE_HOLDER_H

#include <tandem/str.h>

#define HOLDER_MAX 320
void holder_self(char out[HOLDER_MAX], const char *process);
bool holder_is_dead(struct td_str holder);

#endif
