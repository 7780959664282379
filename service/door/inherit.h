/* Sockets that systemd listens on for us (sd_listen_fds(3): LISTEN_PID, LISTEN_FDS). */
#ifndef BECKON_SERVICE_DOOR_INHERIT_H
#define BECKON_SERVICE_DOOR_INHERIT_H

/* How many descriptors were handed over, from *ret_first on; 0: none, or not to this process. */
unsigned inherit_count(int *ret_first);

#endif
