/* app_doctor.h: a channel looked at from end to end, by the settings file as it is now. */
#ifndef APP_DOCTOR_H
#define APP_DOCTOR_H

#include "edge/edge.h"

edge_examine app_examine; /* by edge/edge.h */

#endif
