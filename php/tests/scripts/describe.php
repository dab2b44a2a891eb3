<?php

/* What PHP says of the classes that a login needs, as JSON: for the extension and for FFI. */

namespace CleverSso;
const CLASSES = [
    'Client', 'SetCookie', 'Refusal', 'Login', 'Outcome', 'SignedIn', 'Restart', 'Denied', 'Identity', 'Name', 'Role', 'Tokens',
    'Exception', 'ConfigException', 'ArgumentException', 'LoginException', 'TokenException', 'CleverException',
    'NetworkException', 'InternalException',
];
const MAGIC = ['__destruct', '__get', '__isset', '__set', '__debuginfo', '__serialize', '__unserialize', '__clone',
    'jsonserialize'];
function parameter(\ReflectionParameter $p): string {
    $type = explode('|', (string) $p->getType());
    sort($type);
    $secret = $p->getAttributes('SensitiveParameter') === [] ? '' : 'secret ';
    $default = $p->isDefaultValueAvailable() ? ' = ' . var_export($p->getDefaultValue(), true) : '';
    return $secret . implode('|', $type) . ' $' . $p->getName() . $default;
}
function method(\ReflectionMethod $m): string {
    $parameters = implode(', ', array_map(parameter(...), $m->getParameters()));
    $kind = implode(' ', \Reflection::getModifierNames($m->getModifiers()));
    return "{$kind} {$m->getName()}({$parameters}): {$m->getReturnType()}";
}
function properties(\ReflectionClass $class): array {
    $all = [];
    foreach ($class->getProperties(\ReflectionProperty::IS_PUBLIC) as $p) {
        $all[] = ($p->isReadOnly() ? 'readonly ' : '') . "{$p->getType()} \${$p->getName()}";
    }
    // FFI keeps secrets where no dump finds them.
    preg_match_all('/@property-read (\S+) (\$\w+)/', (string) $class->getDocComment(), $found, PREG_SET_ORDER);
    foreach ($found as [, $type, $name]) {
        $type = class_exists(__NAMESPACE__ . "\\{$type}") ? __NAMESPACE__ . "\\{$type}" : $type;
        $all[] = 'readonly ' . preg_replace('/^(\w+)\|null$/', '?$1', $type) . " {$name}";
    }
    sort($all);
    return $all;
}
$described = [];
foreach (CLASSES as $short) {
    $class = new \ReflectionClass("CleverSso\\{$short}");
    $methods = [];
    foreach ($class->getMethods() as $m) {
        if ($m->isPrivate() && $m->getName() !== '__construct' || in_array(strtolower($m->getName()), MAGIC, true)) {
            continue;
        }
        // No application can make a result.
        $methods[$m->getName()] = $m->isPrivate() ? 'private' : method($m);
    }
    ksort($methods);
    $described[$short] = [
        'kind' => [$class->isFinal(), $class->isAbstract(), $class->isInterface(), $class->isCloneable()],
        'parent' => $class->getParentClass() ? $class->getParentClass()->getName() : null,
        'interfaces' => array_values(array_diff($class->getInterfaceNames(), ['JsonSerializable'])),
        'properties' => properties($class),
        'methods' => $methods,
    ];
}
// The single steps of a login, which FFI does not have.
$steps = ['authorizeUrl', 'exchangeCode', 'verifyIdToken', 'checkToken', 'me', 'user', 'district', 'userinfo'];
$described['Client']['methods'] = array_diff_key($described['Client']['methods'], array_flip($steps));
echo json_encode($described);
