<?php

/**
 * Log in with Clever through PHP's FFI: the classes of the extension, without a compiler.
 *
 * Require this file, or let Composer load the classes. An application that uses them runs unchanged with the extension, whose
 * classes come first where it is loaded.
 */

declare(strict_types=1);

// A package of Composer holds no link.
$clever_sso_classes = is_dir(__DIR__ . '/CleverSso') ? __DIR__ . '/CleverSso' : dirname(__DIR__) . '/extension/CleverSso';
require_once "{$clever_sso_classes}/Traces.php";
require_once "{$clever_sso_classes}/NotSerializable.php";
require_once "{$clever_sso_classes}/Unchangeable.php";
require_once "{$clever_sso_classes}/Hidden.php";
require_once "{$clever_sso_classes}/Redacted.php";
require_once "{$clever_sso_classes}/Sentences.php";
if (!extension_loaded('clever_sso')) {
    require_once __DIR__ . '/src/Personal.php';
    require_once __DIR__ . '/src/Outcome.php';
    require_once __DIR__ . '/src/ClientInterface.php';
    require_once __DIR__ . '/src/Exception.php';
    require_once __DIR__ . '/src/ArgumentException.php';
    require_once __DIR__ . '/src/Callback.php';
    require_once __DIR__ . '/src/CleverException.php';
    require_once __DIR__ . '/src/Client.php';
    require_once __DIR__ . '/src/ConfigException.php';
    require_once __DIR__ . '/src/Denied.php';
    require_once __DIR__ . '/src/District.php';
    require_once __DIR__ . '/src/Environment.php';
    require_once __DIR__ . '/src/Finding.php';
    require_once __DIR__ . '/src/Handle.php';
    require_once __DIR__ . '/src/Identity.php';
    require_once __DIR__ . '/src/InternalException.php';
    require_once __DIR__ . '/src/KeyCache.php';
    require_once __DIR__ . '/src/KeySet.php';
    require_once __DIR__ . '/src/Library.php';
    require_once __DIR__ . '/src/LibraryFile.php';
    require_once __DIR__ . '/src/Log.php';
    require_once __DIR__ . '/src/Login.php';
    require_once __DIR__ . '/src/LoginException.php';
    require_once __DIR__ . '/src/Me.php';
    require_once __DIR__ . '/src/Name.php';
    require_once __DIR__ . '/src/Native.php';
    require_once __DIR__ . '/src/NetworkException.php';
    require_once __DIR__ . '/src/Quiet.php';
    require_once __DIR__ . '/src/Reader.php';
    require_once __DIR__ . '/src/Refusal.php';
    require_once __DIR__ . '/src/Report.php';
    require_once __DIR__ . '/src/Restart.php';
    require_once __DIR__ . '/src/Role.php';
    require_once __DIR__ . '/src/SetCookie.php';
    require_once __DIR__ . '/src/SignedIn.php';
    require_once __DIR__ . '/src/TokenException.php';
    require_once __DIR__ . '/src/Stats.php';
    require_once __DIR__ . '/src/TokenInfo.php';
    require_once __DIR__ . '/src/Tokens.php';
    require_once __DIR__ . '/src/User.php';
    require_once __DIR__ . '/src/UserInfo.php';
}
require_once "{$clever_sso_classes}/Web.php";
unset($clever_sso_classes);
