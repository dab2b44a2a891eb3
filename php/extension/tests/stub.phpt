--TEST--
The classes are as the stub says
--EXTENSIONS--
clever_sso
--FILE--
<?php
$classes = array_keys((new ReflectionExtension('clever_sso'))->getClasses());
sort($classes);
echo implode(' ', str_replace('CleverSso\\', '', $classes)), "\n\n";
foreach ($classes as $name) {
    $class = new ReflectionClass($name);
    foreach ($class->getProperties(ReflectionProperty::IS_PUBLIC) as $property) {
        assert($property->isReadOnly());
    }
    if (!$class->isInterface() && !$class->isSubclassOf('Exception') && $name !== 'CleverSso\Exception') {
        echo $class->getShortName(), $class->isFinal() ? ' final' : '', $class->isInstantiable() ? ' new' : '', "\n";
    }
}
foreach ((new ReflectionClass('CleverSso\Client'))->getMethods() as $method) {
    foreach ($method->getParameters() as $parameter) {
        if ($parameter->getAttributes('SensitiveParameter')) {
            echo $method->getName(), ' hides ', $parameter->getName(), "\n";
        }
    }
}
?>
--EXPECT--
ArgumentException Callback CleverException Client ConfigException Denied District Exception Identity InternalException Login LoginException Me Name NetworkException Outcome Refusal Restart Role SetCookie SignedIn TokenException TokenInfo Tokens User UserInfo

Callback final
Client final new
Denied final
District final
Identity final
Login final
Me final
Name final
Refusal final
Restart final
Role final
SetCookie final
SignedIn final
TokenInfo final
Tokens final
User final
UserInfo final
__construct hides clientSecret
__construct hides pendingKey
__construct hides oldPendingKeys
__construct hides proxy
beginLogin hides cookies
finishLogin hides callback
finishLogin hides cookies
finishLoginWithPending hides callback
finishLoginWithPending hides pending
loginKey hides callback
logOutCookies hides cookies
sessionKeptCookies hides cookies
authorizeUrl hides state
authorizeUrl hides nonce
exchangeCode hides code
verifyIdToken hides idToken
verifyIdToken hides nonce
verifyIdToken hides accessToken
checkToken hides accessToken
me hides accessToken
user hides accessToken
district hides accessToken
userinfo hides accessToken
