#ifndef PUSHER_H
#define PUSHER_H

/*
 * The process that sends pushes (messenger.push) to phones by FCM: up to push.in_flight
 * calls beside each other on one connection of HTTP/2. A push is sent at least once and
 * is gone from the table when it is taken; one that a killed process had is due again
 * after a minute. Any number of these processes may run.
 */
int pusher_run(void);

#endif
