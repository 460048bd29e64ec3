# Debian's own wishes for what is about to be packed: manual pages and changelogs compressed. CPack runs it in between.
find_program(GZIP gzip REQUIRED)
set(share ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr/share)
set(doc ${share}/doc/fleetcast)
file(REMOVE ${doc}/LICENSE)  # Debian has it in /usr/share/common-licenses, and copyright says so

string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${doc}/changelog
"${CPACK_PACKAGE_NAME} (${CPACK_PACKAGE_VERSION}) bookworm; urgency=medium

  * See CHANGELOG.md beside this file.

 -- ${CPACK_DEBIAN_PACKAGE_MAINTAINER}  ${date}
")
file(GLOB pages ${share}/man/man*/*)
foreach(file ${pages} ${doc}/changelog)
  execute_process(COMMAND ${GZIP} -9 -n -f ${file} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
