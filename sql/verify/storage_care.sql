-- Verify samovar:storage_care on pg
-- Selects what the change made, or divides by zero.

begin;

select id, source, routing_key, body, reason, created from storage.parked_message where false;
select tls, virtual_host, rate, leaving_at from storage.server where false;
select server_id, is_up, since, probed_at, why from storage.health where false;
select version_id, server_id, upload_id, part_bytes, created from storage.transfer where false;
select version_id, server_id, number, etag from storage.transfer_part where false;
select id, began, ended, server_id, server, objects, unheard, lost, altered, doomed, orphans, uploads, why
  from storage.reconciliation where false;

rollback;
