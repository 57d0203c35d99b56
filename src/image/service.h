#ifndef IMAGE_SERVICE_H
#define IMAGE_SERVICE_H

/*
 * Takes requests from a socket (image/wire.h) and forks a process for each, `most` at
 * once. It opens no picture itself, so nothing that a picture does lasts: the next one
 * meets a process that has never seen it. Returns when nobody is left who could ask, or
 * nobody has asked for some time; after SIGTERM once what is there has been answered.
 */
void service_run(int requests, int most);

#define SERVICE_MAX 32

#endif
