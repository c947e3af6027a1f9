/* main.c: arguments of tandemd. */
#include "app.h"

#include "config/config.h"

#include <stdio.h>
#include <string.h>
#include <tandem/error.h>

static const char usage[] =
    "tandemd: the message gateway\n"
    "  --config FILE       settings (default /etc/tandem/tandem.yaml)\n"
    "  --data FOLDER       keys, blobs, private Redis (default: as the settings say)\n"
    "  --check             read the settings, print every error, exit\n"
    "  --print-reference   the reference of all settings, as in config/README.md\n"
    "  --version\n"
    "SIGHUP reads the settings again; SIGTERM stops cleanly.\n";

int main(int argc, char **argv) {
    struct app_options o = {.config_path = "/etc/tandem/tandem.yaml"};
    bool check = false;
    for (int i = 1; i < argc && argv[i]; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (!strcmp(argv[i], "--config") && value) {
            o.config_path = argv[++i];
        } else if (!strcmp(argv[i], "--data") && value) {
            o.data_dir = argv[++i];
        } else if (!strcmp(argv[i], "--check")) {
            check = true;
        } else if (!strcmp(argv[i], "--print-reference")) {
            config_print_reference(stdout);
            return 0;
        } else if (!strcmp(argv[i], "--version")) {
            puts("tandemd " TANDEM_VERSION);
            return 0;
        } else {
            bool help = !strcmp(argv[i], "--help");
            if (!help)
                fprintf(stderr, "tandemd: %s: not understood\n", argv[i]);
            fputs(usage, help ? stdout : stderr);
            return help ? 0 : 2;
        }
    }
    return check ? app_check(&o) : app_run(&o);
}
