#ifndef CONSUMER_H
#define CONSUMER_H

/*
 * A process that takes messages of S3 servers from RabbitMQ until SIGTERM. Each message
 * becomes jobs in one transaction and is acknowledged after the commit; what nobody
 * understands is kept in storage.parked_message and rejected to the dead-letter
 * exchange. Without the broker or the database it tries again after 1 s, 2 s, ... up to
 * 30 s; what was not acknowledged comes again. Returns the exit status.
 */
int consumer_run(void);

#endif
