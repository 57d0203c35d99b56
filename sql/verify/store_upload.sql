-- Verify samovar:store_upload on pg

begin;

select id, server, bucket, key, content_type, created from store.upload where false;
select upload_id, number, size, etag, path, modified from store.part where false;
insert into store.event (server, bucket, key, name)
	values ('verify', 'verify', 'verify', 's3:ObjectCreated:CompleteMultipartUpload');

rollback;
