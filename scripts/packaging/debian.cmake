# The Debian package: cpack -G DEB, which scripts/package calls.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME fleetcast)
set(CPACK_PACKAGE_VENDOR "fleetcast maintainers")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Monte Carlo forecasts for GPU fleets that serve language models")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/debian_files.cmake)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "fleetcast maintainers <maintainers@fleetcast.example>")
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"fleetcast simulates thousands of days of realistic traffic to a fleet of GPUs
that serves a large language model, runs a whole grid of autoscaler settings
over every one of them, and tells what each setting costs, how often it breaks
the latency promise, and how sure it is.
.
It runs on any x86-64 CPU and, where there is one, on an NVIDIA GPU, with the
same bits on both. Neither a GPU nor its driver is needed to install it.")
include(CPack)
