-- Deploy samovar:programme_tasks to pg
-- requires: programme
-- The 31 tasks that every installation starts with. Their pictures are files that nginx serves.

begin;

insert into programme.task (sequence_number, url, title) values
	(1, '/static/tasks/change_the_bed_linen.jpg', 'поменять постельное бельё'),
	(2, '/static/tasks/clean_the_table.jpg', 'убрать со стола'),
	(3, '/static/tasks/clean_the_teeth.jpg', 'почистить зубы'),
	(4, '/static/tasks/clean_up_the_closet.jpg', 'убрать в шкафу'),
	(5, '/static/tasks/clean_your_shoes.jpg', 'почистить обувь'),
	(6, '/static/tasks/clean.jpg', 'сделать уборку'),
	(7, '/static/tasks/comb_your_head.jpg', 'причесаться'),
	(8, '/static/tasks/hang_up_the_laundry.jpg', 'развесить бельё'),
	(9, '/static/tasks/household_chores.jpg', 'сделать домашние дела'),
	(10, '/static/tasks/made_the_bed.jpg', 'застелить кровать'),
	(11, '/static/tasks/make_a_sandwich.jpg', 'сделать бутерброд'),
	(12, '/static/tasks/make_food.jpg', 'приготовить еду'),
	(13, '/static/tasks/put_the_dishes_in_their_places.jpg', 'расставить посуду по местам'),
	(14, '/static/tasks/set_the_table.jpg', 'накрыть на стол'),
	(15, '/static/tasks/shopping.jpg', 'делать покупки'),
	(16, '/static/tasks/sleepwear.jpg', 'подготовить одежду для сна'),
	(17, '/static/tasks/sort_the_laundry.jpg', 'рассортировать бельё'),
	(18, '/static/tasks/stroke_it.jpg', 'погладить'),
	(19, '/static/tasks/sweep.jpg', 'подмести'),
	(20, '/static/tasks/take_out_the_trash.jpg', 'вынести мусор'),
	(21, '/static/tasks/things_in_their_places.jpg', 'расставить вещи по местам'),
	(22, '/static/tasks/vacuumed.jpg', 'пропылесосить'),
	(23, '/static/tasks/wash_after_yourself.jpg', 'смыть за собой'),
	(24, '/static/tasks/wash_it.jpg', 'постирать'),
	(25, '/static/tasks/wash_the_dishes.jpg', 'помыть посуду'),
	(26, '/static/tasks/wash_the_floor.jpg', 'помыть пол'),
	(27, '/static/tasks/wash_the_hands.jpg', 'помыть руки'),
	(28, '/static/tasks/wash_the_head.jpg', 'помыть голову'),
	(29, '/static/tasks/wash.jpg', 'вымыть овощи'),
	(30, '/static/tasks/water_the_flowers.jpg', 'полить цветы'),
	(31, '/static/tasks/wipe_the_dust.jpg', 'вытереть пыль');

-- The numbers above were given by hand: the next task is number 32.
alter sequence programme.task_sequence_number_seq restart with 32;

commit;
