# SPDX-License-Identifier: GPL-2.0-only
# What each Makefile of xfsprogs includes last: how objects and libraries are made (no libtool, no dependency files).

LIBRARY = $(LTLIBRARY:.la=.a)
OBJECTS = $(CFILES:.c=.o)

.PHONY: kdisk ltdepend depend
kdisk: $(LIBRARY) $(if $(LTCOMMAND),objects)
ltdepend depend:

%.o: %.c
	@$(CC) $(CFLAGS) $(LCFLAGS) -c $< -o $@

ifdef LTLIBRARY
$(LIBRARY): $(OBJECTS)
	@rm -f $@ && $(AR) rc $@ $(OBJECTS)
endif

# The recipe links: it reads the list of objects.
objects: $(OBJECTS)
	@echo $(addprefix $(CURDIR)/,$(OBJECTS)) > $@

# In libfrog; upstream learns this from its dependency files.
crc32.o: crc32table.h

# In libxfs: the two that use memory files.
xfile.o buf_mem.o: LCFLAGS += -include $(RECIPE)/memfd.h

# In mkfs.
proto.o: LCFLAGS += -include $(RECIPE)/include/before-proto.h

# In repair.
progress.o: LCFLAGS += -include $(RECIPE)/include/before-progress.h
slab.o: LCFLAGS += -include $(RECIPE)/include/before-slab.h
