# Writes OUTPUT, the source that holds the commit of SOURCE_DIR, where it differs from what stands there: cmake -D… -P host/git_sha.cmake.
# Every build runs it, so that a commit shows without configuring again; only a changed commit compiles and links anything.
set(sha unknown)
if(GIT)
  # a copy of the tree inside another repository is not described by that one's commits
  execute_process(COMMAND ${GIT} rev-parse --show-prefix
    WORKING_DIRECTORY ${SOURCE_DIR} RESULT_VARIABLE no_repository OUTPUT_VARIABLE folder OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(no_repository EQUAL 0 AND folder STREQUAL "")
    execute_process(COMMAND ${GIT} describe --always --dirty=+ --abbrev=12 --exclude=*
      WORKING_DIRECTORY ${SOURCE_DIR} OUTPUT_VARIABLE described OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(described)
      set(sha ${described})
    endif()
  endif()
endif()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
#include "host/version.hpp"

char const* const fleetcast::version::git_sha = "@sha@";
]])
