/* static_files.h: the built pages, read whole into memory at the start.
 *
 * What is asked for is looked up in a table of names: no path is ever made of what a peer sends.
 * A neighbour "name.gz" is kept as the compressed form of "name". */
#ifndef EDGE_STATIC_FILES_H
#define EDGE_STATIC_FILES_H

#include <tandem/arena.h>
#include <tandem/error.h>

#define STATIC_FILE_MAX (4 * 1024 * 1024)
#define STATIC_FILES_MAX 1024

struct static_file {
    struct td_str name;       /* from the folder, "assets/a.js" */
    struct td_str body, gzip; /* gzip.n 0: none */
    const char *type;
    char etag[36]; /* with its quotes */
};
struct static_files {
    struct static_file *v; /* sorted by name */
    size_t n;
};

/* All regular files under `folder`, hidden ones left out; symbolic links are not followed. TD_EIO;
 * TD_ELIMIT: a file or their number is too large. */
int static_files_read(struct td_arena *a, const char *folder, struct static_files *out,
                      struct td_error *err);
const struct static_file *static_files_find(const struct static_files *f, struct td_str name);

#endif
