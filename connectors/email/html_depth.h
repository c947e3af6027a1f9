/* html_depth.h: whether HTML nests so deeply that parsing it would take for ever. */
#ifndef EMAIL_HTML_DEPTH_H
#define EMAIL_HTML_DEPTH_H

#include <tandem/str.h>

/* An HTML parser looks through all open elements at many tags, so depth costs square. One look at
 * the tags alone, before: false when more than some hundred elements are open at once. */
bool html_depth_ok(struct td_str html);

#endif
