#ifndef CLI_DEMO_PHONE_H
#define CLI_DEMO_PHONE_H

#include "cli/cli.h"

/*
 * People with phones: accounts, profiles, cards with pictures, and what they have said
 * to each other, all of conf/messenger/demo.json. Nothing if the messenger has people
 * already. Pictures go into the embedded store of this machine; where there is none,
 * the cards are without. Runs transactions of its own. E_MISSING: the file is not
 * installed.
 */
enum err demo_phones(struct call *call);

#endif
