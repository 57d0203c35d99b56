#ifndef FCGI_PROGRAMME_STAFF_H
#define FCGI_PROGRAMME_STAFF_H

#include "req.h"

/* Sign-in, accounts and invitations of staff: docs/openapi/programme.yaml. */
enum err post_staff_login(struct req *r);
enum err get_staff_refresh(struct req *r);
enum err get_staff_me(struct req *r);
enum err get_staff_list(struct req *r);
enum err get_staff(struct req *r);
enum err patch_staff(struct req *r);
enum err patch_staff_role(struct req *r);
enum err patch_staff_status(struct req *r);
enum err patch_reset_password(struct req *r);
enum err patch_own_password(struct req *r);
enum err get_invitations(struct req *r);
enum err post_invitation(struct req *r);
enum err patch_invitation_deactivate(struct req *r);
enum err patch_invitation_reactivate(struct req *r);
enum err get_register(struct req *r);
enum err post_register_staff(struct req *r);
enum err get_ping(struct req *r);

extern const struct input staff_login_in, staff_query, rename_in, role_in, status_in,
	reset_in, invitation_in, registration_in, own_password_in;

#endif
