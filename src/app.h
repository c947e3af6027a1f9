/* app.h: one process of Tandem: its modules, made in order, destroyed in reverse. */
#ifndef APP_H
#define APP_H

#include <stdbool.h>

struct app_options {
    const char *config_path;
    const char *data_dir; /* NULL: as the configuration says */
};
/* Runs until SIGTERM or SIGINT; returns the exit status. */
int app_run(const struct app_options *o);
/* Prints every error of the file; exit status. */
int app_check(const struct app_options *o);

#endif
