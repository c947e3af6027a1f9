/* sms.h: how many short messages a text becomes, counted as the network does (3GPP TS 23.038 §6.2,
 * TS 23.040 §9.2.3.24.1).
 *
 * A text of the GSM 7-bit alphabet alone takes 160 septets in one message, 153 in each of several
 * (the rest is the header that joins them); a character of the extension table is an escape and a
 * septet, which are never parted. One character outside makes the whole text UCS-2: 70 code units,
 * 67 in each of several, and a surrogate pair is never parted. */
#ifndef TANDEM_SMS_H
#define TANDEM_SMS_H

#include <tandem/str.h>

#define TD_SMS_SEGMENTS_MAX 255 /* what the joining header can number */

enum td_sms_alphabet { TD_SMS_GSM7, TD_SMS_UCS2 };

struct td_sms_count {
    uint32_t alphabet; /* enum td_sms_alphabet */
    uint32_t units;    /* septets or UTF-16 code units, without headers */
    uint32_t
        segments;  /* 0 for an empty text; may be above TD_SMS_SEGMENTS_MAX: it cannot be sent */
    uint32_t left; /* units free in the last segment */
};

/* `text` is UTF-8; a byte that is none counts as one character outside the alphabet. */
void td_sms_count(struct td_str text, struct td_sms_count *out);
/* Septets of one character of the GSM 7-bit alphabet: 1, 2 (extension table), 0: it has none. */
unsigned td_sms_septets(uint32_t code_point);

#endif
