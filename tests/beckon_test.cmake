# beckon_test(NAME LIBRARIES...): builds NAME.c as a cmocka program and registers it with ctest.
function(beckon_test name)
  add_executable(${name} ${name}.c)
  target_link_libraries(${name} PRIVATE beckon_flags PkgConfig::CMOCKA ${ARGN})
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 120)
endfunction()

# beckon_python_test(NAME FILE [LABELS...]): a Python test against the built programs; exit 77 is a skip.
function(beckon_python_test name file)
  add_test(NAME ${name} COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  set_tests_properties(${name} PROPERTIES TIMEOUT 300 SKIP_RETURN_CODE 77
    ENVIRONMENT "BECKOND=$<TARGET_FILE:beckond>;BECKON=$<TARGET_FILE:beckon>")
  if(ARGN)
    set_tests_properties(${name} PROPERTIES LABELS "${ARGN}")
  endif()
endfunction()
