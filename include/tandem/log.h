/* log.h: structured log lines.
 *
 * One line per happening on stderr: logfmt (`ts=… level=info mod=engine msg="took the lease"
 * term=7`) or one JSON object per line. Fields are given as key, printf-format, value pairs through
 * one format string: td_log(TD_INFO, "engine", "took the lease", "term=%llu", term). Secrets have a
 * type of their own and no formatter. Thread-safe. Base, model, core and codec never log. */
#ifndef TANDEM_LOG_H
#define TANDEM_LOG_H

/* "" is a format here, and -Wall takes it for a mistake. */
#pragma GCC diagnostic ignored "-Wformat-zero-length"

enum td_log_level { TD_DEBUG, TD_INFO, TD_WARN, TD_ERROR };

/* Lines below `min` are dropped; `json` selects the form. Default: TD_INFO, logfmt. */
void td_log_setup(enum td_log_level min, int json);

/* `fields` is a printf format of space-separated key=value pairs, "" for none. A value with blanks
 * or quotes is written as key="%s" and is escaped: control characters never reach the log raw. */
void td_log(enum td_log_level level, const char *module, const char *msg, const char *fields, ...)
    __attribute__((format(printf, 4, 5)));

#endif
