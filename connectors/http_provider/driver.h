/* driver.h: the connector that runs every pure provider (see driver.c). */
#ifndef HTTP_PROVIDER_DRIVER_H
#define HTTP_PROVIDER_DRIVER_H

#include <tandem/connector.h>

/* create, start, send, cancel, stop, destroy; the rest is empty. */
extern const struct td_connector http_driver;

#endif
