# What `cmake --install` puts where. Scripts that plot stay in the repository: they want its .venv.
include(GNUInstallDirs)
set(manual ${PROJECT_BINARY_DIR}/manual)
set(zsh_folder ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
if(CMAKE_INSTALL_PREFIX STREQUAL /usr)
  set(zsh_folder ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)  # where Debian's zsh looks for those of packages
endif()

install(TARGETS fleetcast RUNTIME)
install(DIRECTORY ${manual}/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 FILES_MATCHING PATTERN "*.1")
install(FILES ${manual}/fleetcast.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME fleetcast)
install(FILES ${manual}/_fleetcast DESTINATION ${zsh_folder})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/sweeps DESTINATION ${CMAKE_INSTALL_DATADIR}/fleetcast FILES_MATCHING PATTERN "*.toml" PATTERN "*.csv")
install(DIRECTORY ${PROJECT_SOURCE_DIR}/scripts/slurm DESTINATION ${CMAKE_INSTALL_DATADIR}/fleetcast FILES_MATCHING PATTERN "*.sbatch")
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/CHANGELOG.md ${PROJECT_SOURCE_DIR}/LICENSE
  ${PROJECT_SOURCE_DIR}/scripts/packaging/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${PROJECT_SOURCE_DIR}/results/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR}/results)
