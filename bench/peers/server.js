/*
 * users/me and the list of files as a Fastify server answers them: the token is verified, its session is looked up in
 * Redis, one prepared statement gives the answer. Two processes. Started by bench/run, which says all by the environment.
 */
import cluster from "node:cluster";
import Fastify from "fastify";
import Redis from "ioredis";
import pg from "pg";
import { createVerifier } from "fast-jwt";

const { PORT, SECRET, REDIS, PGSOCKET, USERS_SHOW, FILE_LIST_OWN } = process.env;

function serve() {
  const verify = createVerifier({ key: SECRET, algorithms: ["HS256"], cache: false });
  const redis = new Redis(REDIS);
  const pool = new pg.Pool({ host: PGSOCKET, user: "samovar", database: "samovar", max: 4 });
  const app = Fastify({ logger: false });

  async function enter(request) {
    const header = request.headers.authorization ?? "";
    if (!header.startsWith("Bearer ")) throw Object.assign(new Error("no token"), { statusCode: 401 });
    const claims = verify(header.slice(7));
    const kept = await redis.get(`peer:${claims.jti}`);
    const session = kept && JSON.parse(kept);
    if (!session || session.revoked || session.status !== "active")
      throw Object.assign(new Error("no session"), { statusCode: 401 });
    request.session = session;
  }

  const answer = (name, text) => async (request, reply) => {
    const rows = await pool.query({ name, text, values: [request.session.account], rowMode: "array" });
    reply.type("application/json");
    const value = rows.rows[0][0];
    return typeof value === "string" ? value : JSON.stringify(value);
  };

  app.addHook("onRequest", enter);
  app.get("/users/api/v1/users/me/", answer("users_show", USERS_SHOW));
  app.get("/storage/api/v1/files/", answer("file_list_own", FILE_LIST_OWN));
  app.listen({ host: "127.0.0.1", port: Number(PORT) });
}

pg.types.setTypeParser(114, (text) => text); // JSON goes through as it is
if (cluster.isPrimary) {
  for (let i = 0; i < 2; i++) cluster.fork();
} else {
  serve();
}
