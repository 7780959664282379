# What is installed where, and the Debian package made of it: cmake --build FOLDER --target package.
include(GNUInstallDirs)

# Manual pages, sample configuration and completion come out of the programs themselves.
set(BECKON_PAGES ${CMAKE_BINARY_DIR}/pages)
add_custom_command(OUTPUT ${BECKON_PAGES}.made
  COMMAND ${CMAKE_SOURCE_DIR}/service/debian/pages.sh $<TARGET_FILE:beckond> $<TARGET_FILE:beckon>
    $<TARGET_FILE:beckon-web> ${BECKON_PAGES}
  COMMAND ${CMAKE_COMMAND} -E touch ${BECKON_PAGES}.made
  DEPENDS beckond beckon beckon-web ${CMAKE_SOURCE_DIR}/service/debian/pages.sh
    ${CMAKE_SOURCE_DIR}/service/debian/changelog ${CMAKE_SOURCE_DIR}/README.md)
add_custom_target(package_pages ALL DEPENDS ${BECKON_PAGES}.made)

install(TARGETS beckon RUNTIME DESTINATION bin)
install(TARGETS beckond beckon-web RUNTIME DESTINATION sbin)
install(DIRECTORY ${BECKON_PAGES}/man1 ${BECKON_PAGES}/man8 DESTINATION share/man)
install(DIRECTORY ${BECKON_PAGES}/etc/ DESTINATION /etc/beckon)
install(FILES ${BECKON_PAGES}/completion/beckon DESTINATION share/bash-completion/completions)
install(FILES ${BECKON_PAGES}/completion/_beckon DESTINATION share/zsh/vendor-completions)
install(FILES ${BECKON_PAGES}/completion/beckon.fish DESTINATION share/fish/vendor_completions.d)
install(FILES ${BECKON_PAGES}/doc/changelog.gz ${BECKON_PAGES}/doc/README.md.gz
  ${CMAKE_SOURCE_DIR}/service/debian/copyright DESTINATION share/doc/beckon)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/service/demo/programs DESTINATION share/doc/beckon/examples)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/clients/web/nginx DESTINATION share/doc/beckon/examples)
set(units ${CMAKE_SOURCE_DIR}/service/systemd)
install(FILES ${units}/beckond.service ${units}/beckond.socket ${units}/beckon-web.service
  ${units}/beckon-backup.service ${units}/beckon-backup.timer DESTINATION lib/systemd/system)
install(FILES ${units}/beckon.sysusers DESTINATION lib/sysusers.d RENAME beckon.conf)
install(FILES ${units}/beckon.tmpfiles DESTINATION lib/tmpfiles.d RENAME beckon.conf)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME beckon)
set(CPACK_PACKAGE_VENDOR "Beckon")
set(CPACK_PACKAGE_CONTACT "Beckon maintainers <maintainers@beckon.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "referral and shopping-guide incentives for retail chains")
set(CPACK_PACKAGE_DESCRIPTION
  "Issues members' and guides' referral codes as QR images, attributes registrations and
purchases to those who brought them, and credits points or cash in a double-entry ledger.
With beckond, the service; beckon, its command line; beckon-web, its pages.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "init-system-helpers, passwd, tzdata")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "nginx-light | nginx, man-db")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(debian ${CMAKE_SOURCE_DIR}/service/debian)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${debian}/conffiles ${debian}/postinst ${debian}/prerm ${debian}/postrm)
include(CPack)
