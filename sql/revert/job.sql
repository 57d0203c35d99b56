-- Revert samovar:job from pg

begin;

drop table job.timer_run;
drop table job.timer;
drop table job.job;
drop function job.wake();
drop type job.state;

commit;
