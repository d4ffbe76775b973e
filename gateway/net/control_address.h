/*
 * control_address.h - the address of a control socket, for both of its sides.
 */
#ifndef NET_CONTROL_ADDRESS_H
#define NET_CONTROL_ADDRESS_H

#include <sys/un.h>

#include "base/error.h"

/* ERROR_CONFIG: the path is empty or longer than CONTROL_PATH_MAX. */
MUST_USE bool control_address(const char *path, struct sockaddr_un *address, struct error *err);

#endif
