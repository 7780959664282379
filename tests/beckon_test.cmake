# beckon_test(NAME LIBRARIES...): builds NAME.c as a cmocka program and registers it with ctest.
function(beckon_test name)
  add_executable(${name} ${name}.c)
  target_link_libraries(${name} PRIVATE beckon_flags PkgConfig::CMOCKA ${ARGN})
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 120)
endfunction()
