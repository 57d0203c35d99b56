#include "worker/consumer.h"

#include "base/conf.h"
#include "base/fence.h"
#include "base/json.h"
#include "base/log.h"
#include "base/program.h"
#include "config.h"

#ifdef HAVE_RABBITMQ

#include <amqp.h>
#include <amqp_tcp_socket.h>
#include <string.h>
#include <sys/time.h>

#include "cache/cache.h"
#include "db/db.h"
#include "installation/installation.h"
#include "storage/event.h"

#define CONNECT_SECONDS 5
#define FRAME_BYTES 131072
#define MOST_BYTES 1048576 /* of one message; notifications have a few hundred */
#define PAUSE_SECONDS 30   /* longest between two attempts to connect */
#define WAIT_MS 200        /* for a message, so that a SIGTERM is seen */
#define CHANNEL 1

struct consumer {
	amqp_connection_state_t link;
	struct db *db;
	struct cache *cache;
};

static amqp_bytes_t
bytes(const char *text)
{
	return amqp_cstring_bytes(text);
}

/* Says why an answer of the broker is none that was hoped for. */
static bool
is_fine(amqp_rpc_reply_t r, const char *what)
{
	if (r.reply_type == AMQP_RESPONSE_NORMAL)
		return true;
	if (r.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION)
		log_warn("rabbitmq: cannot %s: %s", what,
			amqp_error_string2(r.library_error));
	else if (r.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION &&
		 r.reply.id == AMQP_CHANNEL_CLOSE_METHOD) {
		const amqp_channel_close_t *m = r.reply.decoded;
		log_warn("rabbitmq: cannot %s: %.*s", what, (int)m->reply_text.len,
			(const char *)m->reply_text.bytes);
	} else if (r.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION &&
		   r.reply.id == AMQP_CONNECTION_CLOSE_METHOD) {
		const amqp_connection_close_t *m = r.reply.decoded;
		log_warn("rabbitmq: cannot %s: %.*s", what, (int)m->reply_text.len,
			(const char *)m->reply_text.bytes);
	} else
		log_warn("rabbitmq: cannot %s", what);
	return false;
}

static bool
went_well(struct consumer *k, const char *what)
{
	return is_fine(amqp_get_rpc_reply(k->link), what);
}

static bool
sign_in(struct consumer *k)
{
	struct timeval limit = {.tv_sec = CONNECT_SECONDS};
	amqp_socket_t *socket = amqp_tcp_socket_new(k->link);

	if (socket == NULL ||
		amqp_socket_open_noblock(socket, conf.rabbitmq_host,
			(int)conf.rabbitmq_port, &limit) != AMQP_STATUS_OK) {
		log_warn("rabbitmq: no connection to %s:%lld", conf.rabbitmq_host,
			(long long)conf.rabbitmq_port);
		return false;
	}
	amqp_set_rpc_timeout(k->link, &limit);
	if (!is_fine(amqp_login(k->link, conf.rabbitmq_vhost, 0, FRAME_BYTES,
			     (int)conf.rabbitmq_heartbeat, AMQP_SASL_METHOD_PLAIN,
			     conf.rabbitmq_user, conf.rabbitmq_password),
		    "sign in"))
		return false;
	amqp_channel_open(k->link, CHANNEL);
	return went_well(k, "open a channel");
}

static bool
declare_exchange(struct consumer *k, const char *name)
{
	amqp_exchange_declare(k->link, CHANNEL, bytes(name), bytes("topic"), false,
		true, false, false, amqp_empty_table);
	return went_well(k, "declare an exchange");
}

static bool
take_queue(struct consumer *k, const char *name, const char *pattern, const char *dead)
{
	amqp_table_entry_t entry = {.key = bytes("x-dead-letter-exchange"),
		.value = {.kind = AMQP_FIELD_KIND_UTF8, .value.bytes = bytes(dead)}};
	const amqp_table_t arguments = {1, &entry};

	amqp_queue_declare(
		k->link, CHANNEL, bytes(name), false, true, false, false, arguments);
	if (!went_well(k, "declare a queue"))
		return false;
	amqp_queue_bind(k->link, CHANNEL, bytes(name), bytes(conf.rabbitmq_exchange),
		bytes(pattern), amqp_empty_table);
	if (!went_well(k, "bind a queue"))
		return false;
	amqp_basic_consume(k->link, CHANNEL, bytes(name), amqp_empty_bytes, false,
		false, false, amqp_empty_table);
	return went_well(k, "consume");
}

/* The topology of the older system, which S3 servers elsewhere may rely on. */
static bool
declare(struct consumer *k)
{
	struct ctx c;

	ctx_start(&c, k->db, k->cache);
	const char *dead =
		arena_fmt(&c.arena, "%s-dead-letter", conf.rabbitmq_exchange);
	const char *orders = arena_fmt(&c.arena, "%s.#", conf.storage_app_name);
	bool done = declare_exchange(k, conf.rabbitmq_exchange) &&
		    declare_exchange(k, dead);
	if (done) {
		amqp_basic_qos(
			k->link, CHANNEL, 0, (uint16_t)conf.rabbitmq_prefetch, false);
		done = went_well(k, "set the prefetch") &&
		       take_queue(k, conf.rabbitmq_events_queue, "S3.*.EVENT", dead) &&
		       take_queue(k, conf.rabbitmq_orders_queue, orders, dead);
	}
	ctx_end(&c);
	return done;
}

/* In one transaction: the jobs of a message, or the message among the parked. */
static enum err
take(struct ctx *c, const char *key, const amqp_bytes_t *body, bool *parked)
{
	bool large = body->len > MOST_BYTES;
	const char *text = body->len == 0 ? "" : body->bytes;
	const char *why;

	*parked = false;
	TRY(db_begin(c));
	if (!large) /* with a NUL behind it, as json_read() wants it */
		text = arena_strn(&c->arena, text, body->len);
	enum err e = large ? fail(c, E_INPUT, "larger than a megabyte")
			   : event_message(c, key, text, body->len);
	if (e == OK)
		return db_commit(c);
	why = c->why == NULL ? err_sentence(e) : arena_str(&c->arena, c->why);
	db_rollback(c);
	if (e == E_BUSY)
		return e;
	ctx_clear_error(c);
	*parked = true;
	log_warn("rabbitmq: a message for %s is parked: %s", key, why);
	return event_park(c, "amqp", key, text, body->len, why);
}

/* False: the connection is to be made anew, and the message will come again. */
static bool
handle(struct consumer *k, const amqp_envelope_t *m)
{
	struct ctx c;
	bool parked;
	int sent;

	ctx_start(&c, k->db, k->cache);
	const char *key = arena_strn(&c.arena,
		m->routing_key.len == 0 ? "" : m->routing_key.bytes,
		m->routing_key.len);
	enum err e = take(&c, key, &m->message.body, &parked);
	ctx_end(&c);
	if (e != OK)
		return false;
	sent = parked ? amqp_basic_reject(k->link, CHANNEL, m->delivery_tag, false)
		      : amqp_basic_ack(k->link, CHANNEL, m->delivery_tag, false);
	return sent == AMQP_STATUS_OK;
}

/* Until the connection breaks, the database is away, or the program is to stop. */
static void
consume(struct consumer *k)
{
	while (!program_stopping()) {
		struct timeval wait = {.tv_usec = WAIT_MS * 1000};
		amqp_envelope_t message;
		amqp_rpc_reply_t r;
		bool fine;

		amqp_maybe_release_buffers(k->link);
		r = amqp_consume_message(k->link, &message, &wait, 0);
		program_wait(0);
		if (r.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION &&
			r.library_error == AMQP_STATUS_TIMEOUT)
			continue;
		if (r.reply_type != AMQP_RESPONSE_NORMAL) {
			log_warn("rabbitmq: the connection is lost");
			return;
		}
		fine = handle(k, &message);
		amqp_destroy_envelope(&message);
		if (!fine)
			return;
	}
}

int
consumer_run(void)
{
	static struct consumer k;
	int pause = 0;

	program_signals();
	k.db = db_new("samovar-consumer");
	k.cache = cache_new();
	if (db_open(k.db) == E_BUG)
		return 1;
	while (!program_stopping()) {
		struct ctx c;

		/* Events of a fenced copy are the original's: they stay in its queue.
		 */
		ctx_start(&c, k.db, k.cache);
		if (installation_look(&c) != OK || fence_is_up()) {
			ctx_end(&c);
			program_wait(1000);
			continue;
		}
		ctx_end(&c);
		k.link = amqp_new_connection();
		if (sign_in(&k) && declare(&k)) {
			log_info("rabbitmq: connected to %s", conf.rabbitmq_host);
			pause = 0;
			consume(&k);
			amqp_connection_close(k.link, AMQP_REPLY_SUCCESS);
		}
		amqp_destroy_connection(k.link);
		pause += pause < PAUSE_SECONDS;
		for (int i = 0; i < pause * 10 && !program_stopping(); i++)
			program_wait(100);
	}
	db_close(k.db);
	return 0;
}

#else

int
consumer_run(void)
{
	program_signals();
	log_error("rabbitmq.host is set, but this program is built without RabbitMQ");
	while (!program_stopping())
		program_wait(1000);
	return 0;
}

#endif
