#ifndef INSTALL_PATHS_H
#define INSTALL_PATHS_H

/*
 * Where installed files are: share/samovar and share/locale beside the bin/ that this
 * program runs from, so that a tree may be moved as a whole; without these, the folders
 * that configure was told. The first call looks, later ones remember; call it before
 * forking.
 */
const char *install_folder(void);
const char *install_locale(void);

/* samovar-image, in libexec/samovar. */
const char *install_image_program(void);

#endif
