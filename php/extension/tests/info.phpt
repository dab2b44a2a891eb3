--TEST--
phpinfo names both versions
--EXTENSIONS--
clever_sso
--FILE--
<?php
(new ReflectionExtension('clever_sso'))->info();
var_dump(phpversion('clever_sso'));
?>
--EXPECTF--
clever_sso

Log in with Clever => enabled
Extension version => %d.%d.%d
Library version => %d.%d.%d
Clients kept by this process => 0
string(%d) "%d.%d.%d"
