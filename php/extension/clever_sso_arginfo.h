/* This is a generated file, edit the .stub.php file instead.
 * Stub hash: 754fb94c2d3d97185e0a9cf9399ab3d97a033f76 */

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_CleverSso_ClientInterface_beginLogin, 0, 0, CleverSso\\Login, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, cookies, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, redirectUri, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, districtId, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, returnTo, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, switchUser, _IS_BOOL, 0, "false")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, hasSession, _IS_BOOL, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, home, IS_STRING, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_CleverSso_ClientInterface_finishLogin, 0, 1, CleverSso\\Outcome, 0)
	ZEND_ARG_TYPE_INFO(0, callback, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, cookies, IS_STRING, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_CleverSso_ClientInterface_finishLoginWithPending, 0, 2, CleverSso\\Outcome, 0)
	ZEND_ARG_TYPE_INFO(0, callback, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, pending, IS_STRING, 1)
ZEND_END_ARG_INFO()

#define arginfo_class_CleverSso_ClientInterface_beginImplicit arginfo_class_CleverSso_ClientInterface_beginLogin

#define arginfo_class_CleverSso_ClientInterface_finishImplicit arginfo_class_CleverSso_ClientInterface_finishLogin

#define arginfo_class_CleverSso_ClientInterface_finishImplicitWithPending arginfo_class_CleverSso_ClientInterface_finishLoginWithPending

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_CleverSso_ClientInterface_loginKey, 0, 1, IS_STRING, 1)
	ZEND_ARG_TYPE_INFO(0, callback, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_CleverSso_ClientInterface_refusal, 0, 3, CleverSso\\Refusal, 1)
	ZEND_ARG_TYPE_INFO(0, endpoint, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, method, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, headers, IS_ARRAY, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_CleverSso_ClientInterface_logOutCookies, 0, 0, IS_ARRAY, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, cookies, IS_STRING, 1, "null")
ZEND_END_ARG_INFO()

#define arginfo_class_CleverSso_ClientInterface_sessionKeptCookies arginfo_class_CleverSso_ClientInterface_logOutCookies

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_CleverSso_ClientInterface_authorizeUrl, 0, 0, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, responseType, IS_STRING, 0, "\'code\'")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, redirectUri, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, state, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, nonce, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, districtId, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, switchUser, _IS_BOOL, 0, "false")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, withoutState, _IS_BOOL, 0, "false")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_CleverSso_ClientInterface_instantLoginUrl, 0, 1, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, districtId, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_CleverSso_ClientInterface_portalUrl, 0, 0, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, district, IS_STRING, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_CleverSso_ClientInterface_exchangeCode, 0, 1, CleverSso\\Tokens, 0)
	ZEND_ARG_TYPE_INFO(0, code, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, redirectUri, IS_STRING, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_CleverSso_ClientInterface_verifyIdToken, 0, 1, IS_ARRAY, 0)
	ZEND_ARG_TYPE_INFO(0, idToken, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, nonce, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, accessToken, IS_STRING, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_CleverSso_ClientInterface_checkToken, 0, 1, CleverSso\\TokenInfo, 0)
	ZEND_ARG_TYPE_INFO(0, accessToken, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_CleverSso_ClientInterface_me, 0, 1, CleverSso\\Me, 0)
	ZEND_ARG_TYPE_INFO(0, accessToken, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_CleverSso_ClientInterface_user, 0, 2, CleverSso\\\125ser, 0)
	ZEND_ARG_TYPE_INFO(0, accessToken, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, id, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_CleverSso_ClientInterface_district, 0, 2, CleverSso\\District, 0)
	ZEND_ARG_TYPE_INFO(0, accessToken, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, id, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_CleverSso_ClientInterface_userinfo, 0, 1, CleverSso\\\125serInfo, 0)
	ZEND_ARG_TYPE_INFO(0, accessToken, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, subject, IS_STRING, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_CleverSso_ClientInterface_warmUp, 0, 0, IS_VOID, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_CleverSso_ClientInterface_exportKeys, 0, 0, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_CleverSso_ClientInterface_importKeys, 0, 1, IS_VOID, 0)
	ZEND_ARG_TYPE_INFO(0, keys, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_CleverSso_ClientInterface_stats, 0, 0, CleverSso\\Stats, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_CleverSso_ClientInterface_doctor, 0, 0, CleverSso\\Report, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_CleverSso_Client___construct, 0, 0, 1)
	ZEND_ARG_TYPE_INFO(0, clientId, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, clientSecret, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_MASK(0, redirectUri, MAY_BE_STRING|MAY_BE_ARRAY|MAY_BE_NULL, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, issuer, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, apiBase, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, baseUrl, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, timeout, IS_DOUBLE, 0, "10.0")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, leeway, IS_LONG, 0, "60")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, pendingKey, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, oldPendingKeys, IS_ARRAY, 0, "[]")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, returnToOrigins, IS_ARRAY, 0, "[]")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, development, _IS_BOOL, 0, "false")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, authorizationEndpoint, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, tokenEndpoint, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, tokeninfoEndpoint, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, userinfoEndpoint, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, jwksUri, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, discover, _IS_BOOL, 0, "false")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, caBundle, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, proxy, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, keyCache, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, logger, IS_OBJECT, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_CleverSso_Client_fromEnv, 0, 0, CleverSso\\Client, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, logger, IS_OBJECT, 1, "null")
ZEND_END_ARG_INFO()

#define arginfo_class_CleverSso_Client___clone arginfo_class_CleverSso_ClientInterface_warmUp

#define arginfo_class_CleverSso_Client_beginLogin arginfo_class_CleverSso_ClientInterface_beginLogin

#define arginfo_class_CleverSso_Client_finishLogin arginfo_class_CleverSso_ClientInterface_finishLogin

#define arginfo_class_CleverSso_Client_finishLoginWithPending arginfo_class_CleverSso_ClientInterface_finishLoginWithPending

#define arginfo_class_CleverSso_Client_beginImplicit arginfo_class_CleverSso_ClientInterface_beginLogin

#define arginfo_class_CleverSso_Client_finishImplicit arginfo_class_CleverSso_ClientInterface_finishLogin

#define arginfo_class_CleverSso_Client_finishImplicitWithPending arginfo_class_CleverSso_ClientInterface_finishLoginWithPending

#define arginfo_class_CleverSso_Client_loginKey arginfo_class_CleverSso_ClientInterface_loginKey

#define arginfo_class_CleverSso_Client_refusal arginfo_class_CleverSso_ClientInterface_refusal

#define arginfo_class_CleverSso_Client_logOutCookies arginfo_class_CleverSso_ClientInterface_logOutCookies

#define arginfo_class_CleverSso_Client_sessionKeptCookies arginfo_class_CleverSso_ClientInterface_logOutCookies

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_CleverSso_Client_isSwitchedOn, 0, 1, _IS_BOOL, 0)
	ZEND_ARG_TYPE_INFO(0, value, IS_STRING, 1)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_CleverSso_Client_leadsTo, 0, 2, _IS_BOOL, 0)
	ZEND_ARG_TYPE_INFO(0, target, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, path, IS_STRING, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_CleverSso_Client_authorizeUrl arginfo_class_CleverSso_ClientInterface_authorizeUrl

#define arginfo_class_CleverSso_Client_instantLoginUrl arginfo_class_CleverSso_ClientInterface_instantLoginUrl

#define arginfo_class_CleverSso_Client_portalUrl arginfo_class_CleverSso_ClientInterface_portalUrl

#define arginfo_class_CleverSso_Client_exchangeCode arginfo_class_CleverSso_ClientInterface_exchangeCode

#define arginfo_class_CleverSso_Client_verifyIdToken arginfo_class_CleverSso_ClientInterface_verifyIdToken

#define arginfo_class_CleverSso_Client_checkToken arginfo_class_CleverSso_ClientInterface_checkToken

#define arginfo_class_CleverSso_Client_me arginfo_class_CleverSso_ClientInterface_me

#define arginfo_class_CleverSso_Client_user arginfo_class_CleverSso_ClientInterface_user

#define arginfo_class_CleverSso_Client_district arginfo_class_CleverSso_ClientInterface_district

#define arginfo_class_CleverSso_Client_userinfo arginfo_class_CleverSso_ClientInterface_userinfo

#define arginfo_class_CleverSso_Client_warmUp arginfo_class_CleverSso_ClientInterface_warmUp

#define arginfo_class_CleverSso_Client_exportKeys arginfo_class_CleverSso_ClientInterface_exportKeys

#define arginfo_class_CleverSso_Client_importKeys arginfo_class_CleverSso_ClientInterface_importKeys

#define arginfo_class_CleverSso_Client_stats arginfo_class_CleverSso_ClientInterface_stats

#define arginfo_class_CleverSso_Client_doctor arginfo_class_CleverSso_ClientInterface_doctor

#define arginfo_class_CleverSso_Client_doctorFromEnv arginfo_class_CleverSso_ClientInterface_doctor

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_CleverSso_SetCookie___construct, 0, 0, 5)
	ZEND_ARG_TYPE_INFO(0, name, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, value, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, maxAge, IS_LONG, 0)
	ZEND_ARG_TYPE_INFO(0, secure, _IS_BOOL, 0)
	ZEND_ARG_TYPE_INFO(0, header, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_CleverSso_SetCookie_jsonSerialize, 0, 0, IS_ARRAY, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_CleverSso_SetCookie_send arginfo_class_CleverSso_ClientInterface_warmUp

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_CleverSso_Refusal___construct, 0, 0, 2)
	ZEND_ARG_TYPE_INFO(0, status, IS_LONG, 0)
	ZEND_ARG_TYPE_INFO(0, allow, IS_STRING, 1)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_CleverSso_Login___construct, 0, 0, 5)
	ZEND_ARG_TYPE_INFO(0, url, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, setCookies, IS_ARRAY, 0)
	ZEND_ARG_TYPE_INFO(0, key, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, pending, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, needsPage, _IS_BOOL, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_CleverSso_Login_jsonSerialize arginfo_class_CleverSso_SetCookie_jsonSerialize

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_CleverSso_SignedIn___construct, 0, 0, 6)
	ZEND_ARG_OBJ_INFO(0, identity, CleverSso\\Identity, 0)
	ZEND_ARG_OBJ_INFO(0, tokens, CleverSso\\Tokens, 0)
	ZEND_ARG_TYPE_INFO(0, returnTo, IS_STRING, 1)
	ZEND_ARG_TYPE_INFO(0, switchUser, _IS_BOOL, 0)
	ZEND_ARG_TYPE_INFO(0, setCookies, IS_ARRAY, 0)
	ZEND_ARG_TYPE_INFO(0, endsSession, _IS_BOOL, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_CleverSso_Restart___construct, 0, 0, 4)
	ZEND_ARG_OBJ_INFO(0, login, CleverSso\\Login, 0)
	ZEND_ARG_TYPE_INFO(0, reason, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, setCookies, IS_ARRAY, 0)
	ZEND_ARG_TYPE_INFO(0, endsSession, _IS_BOOL, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_CleverSso_Denied___construct, 0, 0, 6)
	ZEND_ARG_TYPE_INFO(0, error, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, description, IS_STRING, 1)
	ZEND_ARG_TYPE_INFO(0, setCookies, IS_ARRAY, 0)
	ZEND_ARG_TYPE_INFO(0, endsSession, _IS_BOOL, 0)
	ZEND_ARG_TYPE_INFO(0, returnTo, IS_STRING, 1)
	ZEND_ARG_TYPE_INFO(0, switchUser, _IS_BOOL, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_CleverSso_Identity___construct, 0, 0, 12)
	ZEND_ARG_TYPE_INFO(0, issuer, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, id, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, districtId, IS_STRING, 1)
	ZEND_ARG_TYPE_INFO(0, userType, IS_STRING, 1)
	ZEND_ARG_TYPE_INFO(0, roles, IS_ARRAY, 0)
	ZEND_ARG_OBJ_INFO(0, name, CleverSso\\\116ame, 0)
	ZEND_ARG_TYPE_INFO(0, unverifiedEmail, IS_STRING, 1)
	ZEND_ARG_TYPE_INFO(0, legacyIds, IS_ARRAY, 0)
	ZEND_ARG_TYPE_INFO(0, authorizedBy, IS_STRING, 1)
	ZEND_ARG_TYPE_INFO(0, provenBy, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, loginasByAdmin, _IS_BOOL, 0)
	ZEND_ARG_TYPE_INFO(0, claims, IS_ARRAY, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_CleverSso_Identity_jsonSerialize arginfo_class_CleverSso_SetCookie_jsonSerialize

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_CleverSso_Name___construct, 0, 0, 4)
	ZEND_ARG_TYPE_INFO(0, first, IS_STRING, 1)
	ZEND_ARG_TYPE_INFO(0, middle, IS_STRING, 1)
	ZEND_ARG_TYPE_INFO(0, last, IS_STRING, 1)
	ZEND_ARG_TYPE_INFO(0, full, IS_STRING, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_CleverSso_Name_jsonSerialize arginfo_class_CleverSso_SetCookie_jsonSerialize

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_CleverSso_Role___construct, 0, 0, 2)
	ZEND_ARG_TYPE_INFO(0, name, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, legacyId, IS_STRING, 1)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_CleverSso_Tokens___construct, 0, 0, 2)
	ZEND_ARG_TYPE_INFO(0, accessToken, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, idToken, IS_STRING, 1)
ZEND_END_ARG_INFO()

#define arginfo_class_CleverSso_Tokens_jsonSerialize arginfo_class_CleverSso_SetCookie_jsonSerialize

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_CleverSso_TokenInfo___construct, 0, 0, 2)
	ZEND_ARG_TYPE_INFO(0, clientId, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, scopes, IS_ARRAY, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_CleverSso_Stats___construct, 0, 0, 2)
	ZEND_ARG_TYPE_INFO(0, prometheus, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, samples, IS_ARRAY, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_CleverSso_Finding___construct, 0, 0, 4)
	ZEND_ARG_TYPE_INFO(0, check, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, level, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, found, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, advice, IS_STRING, 1)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_CleverSso_Report___construct, 0, 0, 1)
	ZEND_ARG_TYPE_INFO(0, findings, IS_ARRAY, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_CleverSso_Report_toText, 0, 0, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, colors, _IS_BOOL, 0, "false")
ZEND_END_ARG_INFO()

#define arginfo_class_CleverSso_Report_toJson arginfo_class_CleverSso_ClientInterface_exportKeys

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_CleverSso_Me___construct, 0, 0, 5)
	ZEND_ARG_TYPE_INFO(0, id, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, districtId, IS_STRING, 1)
	ZEND_ARG_TYPE_INFO(0, userType, IS_STRING, 1)
	ZEND_ARG_TYPE_INFO(0, authorizedBy, IS_STRING, 1)
	ZEND_ARG_TYPE_INFO(0, json, IS_ARRAY, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_CleverSso_Me_jsonSerialize arginfo_class_CleverSso_SetCookie_jsonSerialize

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_CleverSso_User___construct, 0, 0, 6)
	ZEND_ARG_TYPE_INFO(0, id, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, districtId, IS_STRING, 1)
	ZEND_ARG_OBJ_INFO(0, name, CleverSso\\\116ame, 0)
	ZEND_ARG_TYPE_INFO(0, unverifiedEmail, IS_STRING, 1)
	ZEND_ARG_TYPE_INFO(0, roles, IS_ARRAY, 0)
	ZEND_ARG_TYPE_INFO(0, json, IS_ARRAY, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_CleverSso_User_jsonSerialize arginfo_class_CleverSso_SetCookie_jsonSerialize

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_CleverSso_District___construct, 0, 0, 3)
	ZEND_ARG_TYPE_INFO(0, id, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, name, IS_STRING, 1)
	ZEND_ARG_TYPE_INFO(0, json, IS_ARRAY, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_CleverSso_UserInfo___construct, 0, 0, 2)
	ZEND_ARG_TYPE_INFO(0, id, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, json, IS_ARRAY, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_CleverSso_UserInfo_jsonSerialize arginfo_class_CleverSso_SetCookie_jsonSerialize

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_CleverSso_Callback___construct, 0, 0, 8)
	ZEND_ARG_TYPE_INFO(0, code, IS_STRING, 1)
	ZEND_ARG_TYPE_INFO(0, accessToken, IS_STRING, 1)
	ZEND_ARG_TYPE_INFO(0, state, IS_STRING, 1)
	ZEND_ARG_TYPE_INFO(0, scopes, IS_ARRAY, 0)
	ZEND_ARG_TYPE_INFO(0, error, IS_STRING, 1)
	ZEND_ARG_TYPE_INFO(0, errorDescription, IS_STRING, 1)
	ZEND_ARG_TYPE_INFO(0, issuer, IS_STRING, 1)
	ZEND_ARG_TYPE_INFO(0, loginasByAdmin, _IS_BOOL, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_CleverSso_Callback_jsonSerialize arginfo_class_CleverSso_SetCookie_jsonSerialize

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_CleverSso_Callback_parse, 0, 1, CleverSso\\Callback, 0)
	ZEND_ARG_TYPE_INFO(0, callback, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_CleverSso_KeySet___construct, 0, 0, 1)
	ZEND_ARG_TYPE_INFO(0, jwks, IS_STRING, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_CleverSso_KeySet___clone arginfo_class_CleverSso_ClientInterface_warmUp

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_CleverSso_KeySet_verifyIdToken, 0, 3, IS_ARRAY, 0)
	ZEND_ARG_TYPE_INFO(0, idToken, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, issuer, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, clientId, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, nonce, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, accessToken, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, now, IS_LONG, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, leeway, IS_LONG, 0, "60")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_CleverSso_Exception___construct, 0, 0, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, message, IS_STRING, 0, "\'\'")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, code, IS_LONG, 0, "0")
	ZEND_ARG_OBJ_INFO_WITH_DEFAULT_VALUE(0, previous, Throwable, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, codeWord, IS_STRING, 0, "\'\'")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, userMessage, IS_STRING, 0, "\'\'")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, actor, IS_STRING, 0, "\'\'")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, retryable, _IS_BOOL, 0, "false")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, pageStatus, IS_LONG, 0, "500")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, httpStatus, IS_LONG, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, retryAfter, IS_LONG, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, returnTo, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, switchUser, _IS_BOOL, 0, "false")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, setCookies, IS_ARRAY, 0, "[]")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, endsSession, _IS_BOOL, 0, "false")
ZEND_END_ARG_INFO()

#define arginfo_class_CleverSso_Exception_getCodeWord arginfo_class_CleverSso_ClientInterface_exportKeys

#define arginfo_class_CleverSso_Exception_getUserMessage arginfo_class_CleverSso_ClientInterface_exportKeys

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_CleverSso_Exception_getUserMessageIn, 0, 1, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, language, IS_STRING, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_CleverSso_Exception_getActor arginfo_class_CleverSso_ClientInterface_exportKeys

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_CleverSso_Exception_isRetryable, 0, 0, _IS_BOOL, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_CleverSso_Exception_getPageStatus, 0, 0, IS_LONG, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_CleverSso_Exception_getHttpStatus, 0, 0, IS_LONG, 1)
ZEND_END_ARG_INFO()

#define arginfo_class_CleverSso_Exception_getRetryAfter arginfo_class_CleverSso_Exception_getHttpStatus

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_CleverSso_Exception_getReturnTo, 0, 0, IS_STRING, 1)
ZEND_END_ARG_INFO()

#define arginfo_class_CleverSso_Exception_getSwitchUser arginfo_class_CleverSso_Exception_isRetryable


ZEND_METHOD(CleverSso_Client, __construct);
ZEND_METHOD(CleverSso_Client, fromEnv);
ZEND_METHOD(CleverSso_Client, __clone);
ZEND_METHOD(CleverSso_Client, beginLogin);
ZEND_METHOD(CleverSso_Client, finishLogin);
ZEND_METHOD(CleverSso_Client, finishLoginWithPending);
ZEND_METHOD(CleverSso_Client, beginImplicit);
ZEND_METHOD(CleverSso_Client, finishImplicit);
ZEND_METHOD(CleverSso_Client, finishImplicitWithPending);
ZEND_METHOD(CleverSso_Client, loginKey);
ZEND_METHOD(CleverSso_Client, refusal);
ZEND_METHOD(CleverSso_Client, logOutCookies);
ZEND_METHOD(CleverSso_Client, sessionKeptCookies);
ZEND_METHOD(CleverSso_Client, isSwitchedOn);
ZEND_METHOD(CleverSso_Client, leadsTo);
ZEND_METHOD(CleverSso_Client, authorizeUrl);
ZEND_METHOD(CleverSso_Client, instantLoginUrl);
ZEND_METHOD(CleverSso_Client, portalUrl);
ZEND_METHOD(CleverSso_Client, exchangeCode);
ZEND_METHOD(CleverSso_Client, verifyIdToken);
ZEND_METHOD(CleverSso_Client, checkToken);
ZEND_METHOD(CleverSso_Client, me);
ZEND_METHOD(CleverSso_Client, user);
ZEND_METHOD(CleverSso_Client, district);
ZEND_METHOD(CleverSso_Client, userinfo);
ZEND_METHOD(CleverSso_Client, warmUp);
ZEND_METHOD(CleverSso_Client, exportKeys);
ZEND_METHOD(CleverSso_Client, importKeys);
ZEND_METHOD(CleverSso_Client, stats);
ZEND_METHOD(CleverSso_Client, doctor);
ZEND_METHOD(CleverSso_Client, doctorFromEnv);
ZEND_METHOD(CleverSso_SetCookie, __construct);
ZEND_METHOD(CleverSso_SetCookie, jsonSerialize);
ZEND_METHOD(CleverSso_SetCookie, send);
ZEND_METHOD(CleverSso_Finding, __construct);
ZEND_METHOD(CleverSso_Report, __construct);
ZEND_METHOD(CleverSso_Report, toText);
ZEND_METHOD(CleverSso_Report, toJson);
ZEND_METHOD(CleverSso_Callback, parse);
ZEND_METHOD(CleverSso_KeySet, __construct);
ZEND_METHOD(CleverSso_KeySet, verifyIdToken);
ZEND_METHOD(CleverSso_Exception, __construct);
ZEND_METHOD(CleverSso_Exception, getCodeWord);
ZEND_METHOD(CleverSso_Exception, getUserMessage);
ZEND_METHOD(CleverSso_Exception, getUserMessageIn);
ZEND_METHOD(CleverSso_Exception, getActor);
ZEND_METHOD(CleverSso_Exception, isRetryable);
ZEND_METHOD(CleverSso_Exception, getPageStatus);
ZEND_METHOD(CleverSso_Exception, getHttpStatus);
ZEND_METHOD(CleverSso_Exception, getRetryAfter);
ZEND_METHOD(CleverSso_Exception, getReturnTo);
ZEND_METHOD(CleverSso_Exception, getSwitchUser);


static const zend_function_entry class_CleverSso_ClientInterface_methods[] = {
	ZEND_ABSTRACT_ME_WITH_FLAGS(CleverSso_ClientInterface, beginLogin, arginfo_class_CleverSso_ClientInterface_beginLogin, ZEND_ACC_PUBLIC|ZEND_ACC_ABSTRACT)
	ZEND_ABSTRACT_ME_WITH_FLAGS(CleverSso_ClientInterface, finishLogin, arginfo_class_CleverSso_ClientInterface_finishLogin, ZEND_ACC_PUBLIC|ZEND_ACC_ABSTRACT)
	ZEND_ABSTRACT_ME_WITH_FLAGS(CleverSso_ClientInterface, finishLoginWithPending, arginfo_class_CleverSso_ClientInterface_finishLoginWithPending, ZEND_ACC_PUBLIC|ZEND_ACC_ABSTRACT)
	ZEND_ABSTRACT_ME_WITH_FLAGS(CleverSso_ClientInterface, beginImplicit, arginfo_class_CleverSso_ClientInterface_beginImplicit, ZEND_ACC_PUBLIC|ZEND_ACC_ABSTRACT)
	ZEND_ABSTRACT_ME_WITH_FLAGS(CleverSso_ClientInterface, finishImplicit, arginfo_class_CleverSso_ClientInterface_finishImplicit, ZEND_ACC_PUBLIC|ZEND_ACC_ABSTRACT)
	ZEND_ABSTRACT_ME_WITH_FLAGS(CleverSso_ClientInterface, finishImplicitWithPending, arginfo_class_CleverSso_ClientInterface_finishImplicitWithPending, ZEND_ACC_PUBLIC|ZEND_ACC_ABSTRACT)
	ZEND_ABSTRACT_ME_WITH_FLAGS(CleverSso_ClientInterface, loginKey, arginfo_class_CleverSso_ClientInterface_loginKey, ZEND_ACC_PUBLIC|ZEND_ACC_ABSTRACT)
	ZEND_ABSTRACT_ME_WITH_FLAGS(CleverSso_ClientInterface, refusal, arginfo_class_CleverSso_ClientInterface_refusal, ZEND_ACC_PUBLIC|ZEND_ACC_ABSTRACT)
	ZEND_ABSTRACT_ME_WITH_FLAGS(CleverSso_ClientInterface, logOutCookies, arginfo_class_CleverSso_ClientInterface_logOutCookies, ZEND_ACC_PUBLIC|ZEND_ACC_ABSTRACT)
	ZEND_ABSTRACT_ME_WITH_FLAGS(CleverSso_ClientInterface, sessionKeptCookies, arginfo_class_CleverSso_ClientInterface_sessionKeptCookies, ZEND_ACC_PUBLIC|ZEND_ACC_ABSTRACT)
	ZEND_ABSTRACT_ME_WITH_FLAGS(CleverSso_ClientInterface, authorizeUrl, arginfo_class_CleverSso_ClientInterface_authorizeUrl, ZEND_ACC_PUBLIC|ZEND_ACC_ABSTRACT)
	ZEND_ABSTRACT_ME_WITH_FLAGS(CleverSso_ClientInterface, instantLoginUrl, arginfo_class_CleverSso_ClientInterface_instantLoginUrl, ZEND_ACC_PUBLIC|ZEND_ACC_ABSTRACT)
	ZEND_ABSTRACT_ME_WITH_FLAGS(CleverSso_ClientInterface, portalUrl, arginfo_class_CleverSso_ClientInterface_portalUrl, ZEND_ACC_PUBLIC|ZEND_ACC_ABSTRACT)
	ZEND_ABSTRACT_ME_WITH_FLAGS(CleverSso_ClientInterface, exchangeCode, arginfo_class_CleverSso_ClientInterface_exchangeCode, ZEND_ACC_PUBLIC|ZEND_ACC_ABSTRACT)
	ZEND_ABSTRACT_ME_WITH_FLAGS(CleverSso_ClientInterface, verifyIdToken, arginfo_class_CleverSso_ClientInterface_verifyIdToken, ZEND_ACC_PUBLIC|ZEND_ACC_ABSTRACT)
	ZEND_ABSTRACT_ME_WITH_FLAGS(CleverSso_ClientInterface, checkToken, arginfo_class_CleverSso_ClientInterface_checkToken, ZEND_ACC_PUBLIC|ZEND_ACC_ABSTRACT)
	ZEND_ABSTRACT_ME_WITH_FLAGS(CleverSso_ClientInterface, me, arginfo_class_CleverSso_ClientInterface_me, ZEND_ACC_PUBLIC|ZEND_ACC_ABSTRACT)
	ZEND_ABSTRACT_ME_WITH_FLAGS(CleverSso_ClientInterface, user, arginfo_class_CleverSso_ClientInterface_user, ZEND_ACC_PUBLIC|ZEND_ACC_ABSTRACT)
	ZEND_ABSTRACT_ME_WITH_FLAGS(CleverSso_ClientInterface, district, arginfo_class_CleverSso_ClientInterface_district, ZEND_ACC_PUBLIC|ZEND_ACC_ABSTRACT)
	ZEND_ABSTRACT_ME_WITH_FLAGS(CleverSso_ClientInterface, userinfo, arginfo_class_CleverSso_ClientInterface_userinfo, ZEND_ACC_PUBLIC|ZEND_ACC_ABSTRACT)
	ZEND_ABSTRACT_ME_WITH_FLAGS(CleverSso_ClientInterface, warmUp, arginfo_class_CleverSso_ClientInterface_warmUp, ZEND_ACC_PUBLIC|ZEND_ACC_ABSTRACT)
	ZEND_ABSTRACT_ME_WITH_FLAGS(CleverSso_ClientInterface, exportKeys, arginfo_class_CleverSso_ClientInterface_exportKeys, ZEND_ACC_PUBLIC|ZEND_ACC_ABSTRACT)
	ZEND_ABSTRACT_ME_WITH_FLAGS(CleverSso_ClientInterface, importKeys, arginfo_class_CleverSso_ClientInterface_importKeys, ZEND_ACC_PUBLIC|ZEND_ACC_ABSTRACT)
	ZEND_ABSTRACT_ME_WITH_FLAGS(CleverSso_ClientInterface, stats, arginfo_class_CleverSso_ClientInterface_stats, ZEND_ACC_PUBLIC|ZEND_ACC_ABSTRACT)
	ZEND_ABSTRACT_ME_WITH_FLAGS(CleverSso_ClientInterface, doctor, arginfo_class_CleverSso_ClientInterface_doctor, ZEND_ACC_PUBLIC|ZEND_ACC_ABSTRACT)
	ZEND_FE_END
};


static const zend_function_entry class_CleverSso_Client_methods[] = {
	ZEND_ME(CleverSso_Client, __construct, arginfo_class_CleverSso_Client___construct, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Client, fromEnv, arginfo_class_CleverSso_Client_fromEnv, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(CleverSso_Client, __clone, arginfo_class_CleverSso_Client___clone, ZEND_ACC_PRIVATE)
	ZEND_ME(CleverSso_Client, beginLogin, arginfo_class_CleverSso_Client_beginLogin, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Client, finishLogin, arginfo_class_CleverSso_Client_finishLogin, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Client, finishLoginWithPending, arginfo_class_CleverSso_Client_finishLoginWithPending, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Client, beginImplicit, arginfo_class_CleverSso_Client_beginImplicit, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Client, finishImplicit, arginfo_class_CleverSso_Client_finishImplicit, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Client, finishImplicitWithPending, arginfo_class_CleverSso_Client_finishImplicitWithPending, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Client, loginKey, arginfo_class_CleverSso_Client_loginKey, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Client, refusal, arginfo_class_CleverSso_Client_refusal, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Client, logOutCookies, arginfo_class_CleverSso_Client_logOutCookies, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Client, sessionKeptCookies, arginfo_class_CleverSso_Client_sessionKeptCookies, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Client, isSwitchedOn, arginfo_class_CleverSso_Client_isSwitchedOn, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(CleverSso_Client, leadsTo, arginfo_class_CleverSso_Client_leadsTo, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(CleverSso_Client, authorizeUrl, arginfo_class_CleverSso_Client_authorizeUrl, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Client, instantLoginUrl, arginfo_class_CleverSso_Client_instantLoginUrl, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Client, portalUrl, arginfo_class_CleverSso_Client_portalUrl, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Client, exchangeCode, arginfo_class_CleverSso_Client_exchangeCode, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Client, verifyIdToken, arginfo_class_CleverSso_Client_verifyIdToken, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Client, checkToken, arginfo_class_CleverSso_Client_checkToken, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Client, me, arginfo_class_CleverSso_Client_me, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Client, user, arginfo_class_CleverSso_Client_user, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Client, district, arginfo_class_CleverSso_Client_district, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Client, userinfo, arginfo_class_CleverSso_Client_userinfo, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Client, warmUp, arginfo_class_CleverSso_Client_warmUp, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Client, exportKeys, arginfo_class_CleverSso_Client_exportKeys, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Client, importKeys, arginfo_class_CleverSso_Client_importKeys, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Client, stats, arginfo_class_CleverSso_Client_stats, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Client, doctor, arginfo_class_CleverSso_Client_doctor, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Client, doctorFromEnv, arginfo_class_CleverSso_Client_doctorFromEnv, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_FE_END
};


static const zend_function_entry class_CleverSso_SetCookie_methods[] = {
	ZEND_ME(CleverSso_SetCookie, __construct, arginfo_class_CleverSso_SetCookie___construct, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_SetCookie, jsonSerialize, arginfo_class_CleverSso_SetCookie_jsonSerialize, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_SetCookie, send, arginfo_class_CleverSso_SetCookie_send, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_CleverSso_Refusal_methods[] = {
	ZEND_MALIAS(CleverSso_SetCookie, __construct, __construct, arginfo_class_CleverSso_Refusal___construct, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_CleverSso_Login_methods[] = {
	ZEND_MALIAS(CleverSso_SetCookie, __construct, __construct, arginfo_class_CleverSso_Login___construct, ZEND_ACC_PUBLIC)
	ZEND_MALIAS(CleverSso_SetCookie, jsonSerialize, jsonSerialize, arginfo_class_CleverSso_Login_jsonSerialize, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_CleverSso_Outcome_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_CleverSso_SignedIn_methods[] = {
	ZEND_MALIAS(CleverSso_SetCookie, __construct, __construct, arginfo_class_CleverSso_SignedIn___construct, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_CleverSso_Restart_methods[] = {
	ZEND_MALIAS(CleverSso_SetCookie, __construct, __construct, arginfo_class_CleverSso_Restart___construct, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_CleverSso_Denied_methods[] = {
	ZEND_MALIAS(CleverSso_SetCookie, __construct, __construct, arginfo_class_CleverSso_Denied___construct, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_CleverSso_Identity_methods[] = {
	ZEND_MALIAS(CleverSso_SetCookie, __construct, __construct, arginfo_class_CleverSso_Identity___construct, ZEND_ACC_PUBLIC)
	ZEND_MALIAS(CleverSso_SetCookie, jsonSerialize, jsonSerialize, arginfo_class_CleverSso_Identity_jsonSerialize, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_CleverSso_Name_methods[] = {
	ZEND_MALIAS(CleverSso_SetCookie, __construct, __construct, arginfo_class_CleverSso_Name___construct, ZEND_ACC_PUBLIC)
	ZEND_MALIAS(CleverSso_SetCookie, jsonSerialize, jsonSerialize, arginfo_class_CleverSso_Name_jsonSerialize, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_CleverSso_Role_methods[] = {
	ZEND_MALIAS(CleverSso_SetCookie, __construct, __construct, arginfo_class_CleverSso_Role___construct, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_CleverSso_Tokens_methods[] = {
	ZEND_MALIAS(CleverSso_SetCookie, __construct, __construct, arginfo_class_CleverSso_Tokens___construct, ZEND_ACC_PUBLIC)
	ZEND_MALIAS(CleverSso_SetCookie, jsonSerialize, jsonSerialize, arginfo_class_CleverSso_Tokens_jsonSerialize, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_CleverSso_TokenInfo_methods[] = {
	ZEND_MALIAS(CleverSso_SetCookie, __construct, __construct, arginfo_class_CleverSso_TokenInfo___construct, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_CleverSso_Stats_methods[] = {
	ZEND_MALIAS(CleverSso_SetCookie, __construct, __construct, arginfo_class_CleverSso_Stats___construct, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_CleverSso_Finding_methods[] = {
	ZEND_ME(CleverSso_Finding, __construct, arginfo_class_CleverSso_Finding___construct, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_CleverSso_Report_methods[] = {
	ZEND_ME(CleverSso_Report, __construct, arginfo_class_CleverSso_Report___construct, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Report, toText, arginfo_class_CleverSso_Report_toText, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Report, toJson, arginfo_class_CleverSso_Report_toJson, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_CleverSso_Me_methods[] = {
	ZEND_MALIAS(CleverSso_SetCookie, __construct, __construct, arginfo_class_CleverSso_Me___construct, ZEND_ACC_PUBLIC)
	ZEND_MALIAS(CleverSso_SetCookie, jsonSerialize, jsonSerialize, arginfo_class_CleverSso_Me_jsonSerialize, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_CleverSso_User_methods[] = {
	ZEND_MALIAS(CleverSso_SetCookie, __construct, __construct, arginfo_class_CleverSso_User___construct, ZEND_ACC_PUBLIC)
	ZEND_MALIAS(CleverSso_SetCookie, jsonSerialize, jsonSerialize, arginfo_class_CleverSso_User_jsonSerialize, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_CleverSso_District_methods[] = {
	ZEND_MALIAS(CleverSso_SetCookie, __construct, __construct, arginfo_class_CleverSso_District___construct, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_CleverSso_UserInfo_methods[] = {
	ZEND_MALIAS(CleverSso_SetCookie, __construct, __construct, arginfo_class_CleverSso_UserInfo___construct, ZEND_ACC_PUBLIC)
	ZEND_MALIAS(CleverSso_SetCookie, jsonSerialize, jsonSerialize, arginfo_class_CleverSso_UserInfo_jsonSerialize, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_CleverSso_Callback_methods[] = {
	ZEND_MALIAS(CleverSso_SetCookie, __construct, __construct, arginfo_class_CleverSso_Callback___construct, ZEND_ACC_PUBLIC)
	ZEND_MALIAS(CleverSso_SetCookie, jsonSerialize, jsonSerialize, arginfo_class_CleverSso_Callback_jsonSerialize, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Callback, parse, arginfo_class_CleverSso_Callback_parse, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_FE_END
};


static const zend_function_entry class_CleverSso_KeySet_methods[] = {
	ZEND_ME(CleverSso_KeySet, __construct, arginfo_class_CleverSso_KeySet___construct, ZEND_ACC_PUBLIC)
	ZEND_MALIAS(CleverSso_Client, __clone, __clone, arginfo_class_CleverSso_KeySet___clone, ZEND_ACC_PRIVATE)
	ZEND_ME(CleverSso_KeySet, verifyIdToken, arginfo_class_CleverSso_KeySet_verifyIdToken, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_CleverSso_Exception_methods[] = {
	ZEND_ME(CleverSso_Exception, __construct, arginfo_class_CleverSso_Exception___construct, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Exception, getCodeWord, arginfo_class_CleverSso_Exception_getCodeWord, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Exception, getUserMessage, arginfo_class_CleverSso_Exception_getUserMessage, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Exception, getUserMessageIn, arginfo_class_CleverSso_Exception_getUserMessageIn, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Exception, getActor, arginfo_class_CleverSso_Exception_getActor, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Exception, isRetryable, arginfo_class_CleverSso_Exception_isRetryable, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Exception, getPageStatus, arginfo_class_CleverSso_Exception_getPageStatus, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Exception, getHttpStatus, arginfo_class_CleverSso_Exception_getHttpStatus, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Exception, getRetryAfter, arginfo_class_CleverSso_Exception_getRetryAfter, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Exception, getReturnTo, arginfo_class_CleverSso_Exception_getReturnTo, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Exception, getSwitchUser, arginfo_class_CleverSso_Exception_getSwitchUser, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};


static const zend_function_entry class_CleverSso_ConfigException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_CleverSso_ArgumentException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_CleverSso_LoginException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_CleverSso_TokenException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_CleverSso_CleverException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_CleverSso_NetworkException_methods[] = {
	ZEND_FE_END
};


static const zend_function_entry class_CleverSso_InternalException_methods[] = {
	ZEND_FE_END
};

static zend_class_entry *register_class_CleverSso_ClientInterface(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "CleverSso", "ClientInterface", class_CleverSso_ClientInterface_methods);
	class_entry = zend_register_internal_interface(&ce);


	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "beginlogin", sizeof("beginlogin") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "finishlogin", sizeof("finishlogin") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "finishlogin", sizeof("finishlogin") - 1), 1, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "finishloginwithpending", sizeof("finishloginwithpending") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "finishloginwithpending", sizeof("finishloginwithpending") - 1), 1, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "beginimplicit", sizeof("beginimplicit") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "finishimplicit", sizeof("finishimplicit") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "finishimplicit", sizeof("finishimplicit") - 1), 1, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "finishimplicitwithpending", sizeof("finishimplicitwithpending") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "finishimplicitwithpending", sizeof("finishimplicitwithpending") - 1), 1, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "loginkey", sizeof("loginkey") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "logoutcookies", sizeof("logoutcookies") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "sessionkeptcookies", sizeof("sessionkeptcookies") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "authorizeurl", sizeof("authorizeurl") - 1), 2, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "authorizeurl", sizeof("authorizeurl") - 1), 3, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "exchangecode", sizeof("exchangecode") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "verifyidtoken", sizeof("verifyidtoken") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "verifyidtoken", sizeof("verifyidtoken") - 1), 1, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "verifyidtoken", sizeof("verifyidtoken") - 1), 2, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "checktoken", sizeof("checktoken") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "me", sizeof("me") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "user", sizeof("user") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "district", sizeof("district") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "userinfo", sizeof("userinfo") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	return class_entry;
}

static zend_class_entry *register_class_CleverSso_Client(zend_class_entry *class_entry_CleverSso_ClientInterface)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "CleverSso", "Client", class_CleverSso_Client_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE|ZEND_ACC_READONLY_CLASS;
	zend_class_implements(class_entry, 1, class_entry_CleverSso_ClientInterface);

	zval property_clientId_default_value;
	ZVAL_UNDEF(&property_clientId_default_value);
	zend_string *property_clientId_name = zend_string_init("clientId", sizeof("clientId") - 1, 1);
	zend_declare_typed_property(class_entry, property_clientId_name, &property_clientId_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_clientId_name);

	zval property_issuer_default_value;
	ZVAL_UNDEF(&property_issuer_default_value);
	zend_string *property_issuer_name = zend_string_init("issuer", sizeof("issuer") - 1, 1);
	zend_declare_typed_property(class_entry, property_issuer_name, &property_issuer_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_issuer_name);

	zval property_redirectUris_default_value;
	ZVAL_UNDEF(&property_redirectUris_default_value);
	zend_string *property_redirectUris_name = zend_string_init("redirectUris", sizeof("redirectUris") - 1, 1);
	zend_declare_typed_property(class_entry, property_redirectUris_name, &property_redirectUris_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_redirectUris_name);

	zend_string *property_hidden_class_SensitiveParameterValue = zend_string_init("SensitiveParameterValue", sizeof("SensitiveParameterValue")-1, 1);
	zval property_hidden_default_value;
	ZVAL_UNDEF(&property_hidden_default_value);
	zend_string *property_hidden_name = zend_string_init("hidden", sizeof("hidden") - 1, 1);
	zend_declare_typed_property(class_entry, property_hidden_name, &property_hidden_default_value, ZEND_ACC_PRIVATE|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_hidden_class_SensitiveParameterValue, 0, 0));
	zend_string_release(property_hidden_name);


	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 1, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 8, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 9, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 19, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "beginlogin", sizeof("beginlogin") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "finishlogin", sizeof("finishlogin") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "finishlogin", sizeof("finishlogin") - 1), 1, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "finishloginwithpending", sizeof("finishloginwithpending") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "finishloginwithpending", sizeof("finishloginwithpending") - 1), 1, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "beginimplicit", sizeof("beginimplicit") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "finishimplicit", sizeof("finishimplicit") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "finishimplicit", sizeof("finishimplicit") - 1), 1, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "finishimplicitwithpending", sizeof("finishimplicitwithpending") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "finishimplicitwithpending", sizeof("finishimplicitwithpending") - 1), 1, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "loginkey", sizeof("loginkey") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "logoutcookies", sizeof("logoutcookies") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "sessionkeptcookies", sizeof("sessionkeptcookies") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "authorizeurl", sizeof("authorizeurl") - 1), 2, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "authorizeurl", sizeof("authorizeurl") - 1), 3, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "exchangecode", sizeof("exchangecode") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "verifyidtoken", sizeof("verifyidtoken") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "verifyidtoken", sizeof("verifyidtoken") - 1), 1, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "verifyidtoken", sizeof("verifyidtoken") - 1), 2, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "checktoken", sizeof("checktoken") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "me", sizeof("me") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "user", sizeof("user") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "district", sizeof("district") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "userinfo", sizeof("userinfo") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	return class_entry;
}

static zend_class_entry *register_class_CleverSso_SetCookie(zend_class_entry *class_entry_JsonSerializable)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "CleverSso", "SetCookie", class_CleverSso_SetCookie_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE|ZEND_ACC_READONLY_CLASS;
	zend_class_implements(class_entry, 1, class_entry_JsonSerializable);

	zval property_name_default_value;
	ZVAL_UNDEF(&property_name_default_value);
	zend_string *property_name_name = zend_string_init("name", sizeof("name") - 1, 1);
	zend_declare_typed_property(class_entry, property_name_name, &property_name_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_name_name);

	zval property_value_default_value;
	ZVAL_UNDEF(&property_value_default_value);
	zend_string *property_value_name = zend_string_init("value", sizeof("value") - 1, 1);
	zend_declare_typed_property(class_entry, property_value_name, &property_value_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_value_name);

	zval property_maxAge_default_value;
	ZVAL_UNDEF(&property_maxAge_default_value);
	zend_string *property_maxAge_name = zend_string_init("maxAge", sizeof("maxAge") - 1, 1);
	zend_declare_typed_property(class_entry, property_maxAge_name, &property_maxAge_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_maxAge_name);

	zval property_secure_default_value;
	ZVAL_UNDEF(&property_secure_default_value);
	zend_string *property_secure_name = zend_string_init("secure", sizeof("secure") - 1, 1);
	zend_declare_typed_property(class_entry, property_secure_name, &property_secure_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL));
	zend_string_release(property_secure_name);

	zval property_header_default_value;
	ZVAL_UNDEF(&property_header_default_value);
	zend_string *property_header_name = zend_string_init("header", sizeof("header") - 1, 1);
	zend_declare_typed_property(class_entry, property_header_name, &property_header_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_header_name);

	zend_string *property_hidden_class_SensitiveParameterValue = zend_string_init("SensitiveParameterValue", sizeof("SensitiveParameterValue")-1, 1);
	zval property_hidden_default_value;
	ZVAL_UNDEF(&property_hidden_default_value);
	zend_string *property_hidden_name = zend_string_init("hidden", sizeof("hidden") - 1, 1);
	zend_declare_typed_property(class_entry, property_hidden_name, &property_hidden_default_value, ZEND_ACC_PRIVATE|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_hidden_class_SensitiveParameterValue, 0, 0));
	zend_string_release(property_hidden_name);


	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 1, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 4, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	return class_entry;
}

static zend_class_entry *register_class_CleverSso_Refusal(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "CleverSso", "Refusal", class_CleverSso_Refusal_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE|ZEND_ACC_READONLY_CLASS;

	zval property_status_default_value;
	ZVAL_UNDEF(&property_status_default_value);
	zend_string *property_status_name = zend_string_init("status", sizeof("status") - 1, 1);
	zend_declare_typed_property(class_entry, property_status_name, &property_status_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_status_name);

	zval property_allow_default_value;
	ZVAL_UNDEF(&property_allow_default_value);
	zend_string *property_allow_name = zend_string_init("allow", sizeof("allow") - 1, 1);
	zend_declare_typed_property(class_entry, property_allow_name, &property_allow_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_allow_name);

	return class_entry;
}

static zend_class_entry *register_class_CleverSso_Login(zend_class_entry *class_entry_JsonSerializable)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "CleverSso", "Login", class_CleverSso_Login_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE|ZEND_ACC_READONLY_CLASS;
	zend_class_implements(class_entry, 1, class_entry_JsonSerializable);

	zval property_url_default_value;
	ZVAL_UNDEF(&property_url_default_value);
	zend_string *property_url_name = zend_string_init("url", sizeof("url") - 1, 1);
	zend_declare_typed_property(class_entry, property_url_name, &property_url_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_url_name);

	zval property_setCookies_default_value;
	ZVAL_UNDEF(&property_setCookies_default_value);
	zend_string *property_setCookies_name = zend_string_init("setCookies", sizeof("setCookies") - 1, 1);
	zend_declare_typed_property(class_entry, property_setCookies_name, &property_setCookies_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_setCookies_name);

	zval property_key_default_value;
	ZVAL_UNDEF(&property_key_default_value);
	zend_string *property_key_name = zend_string_init("key", sizeof("key") - 1, 1);
	zend_declare_typed_property(class_entry, property_key_name, &property_key_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_key_name);

	zval property_pending_default_value;
	ZVAL_UNDEF(&property_pending_default_value);
	zend_string *property_pending_name = zend_string_init("pending", sizeof("pending") - 1, 1);
	zend_declare_typed_property(class_entry, property_pending_name, &property_pending_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_pending_name);

	zval property_needsPage_default_value;
	ZVAL_UNDEF(&property_needsPage_default_value);
	zend_string *property_needsPage_name = zend_string_init("needsPage", sizeof("needsPage") - 1, 1);
	zend_declare_typed_property(class_entry, property_needsPage_name, &property_needsPage_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL));
	zend_string_release(property_needsPage_name);

	zend_string *property_hidden_class_SensitiveParameterValue = zend_string_init("SensitiveParameterValue", sizeof("SensitiveParameterValue")-1, 1);
	zval property_hidden_default_value;
	ZVAL_UNDEF(&property_hidden_default_value);
	zend_string *property_hidden_name = zend_string_init("hidden", sizeof("hidden") - 1, 1);
	zend_declare_typed_property(class_entry, property_hidden_name, &property_hidden_default_value, ZEND_ACC_PRIVATE|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_hidden_class_SensitiveParameterValue, 0, 0));
	zend_string_release(property_hidden_name);


	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 3, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	return class_entry;
}

static zend_class_entry *register_class_CleverSso_Outcome(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "CleverSso", "Outcome", class_CleverSso_Outcome_methods);
	class_entry = zend_register_internal_interface(&ce);

	return class_entry;
}

static zend_class_entry *register_class_CleverSso_SignedIn(zend_class_entry *class_entry_CleverSso_Outcome)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "CleverSso", "SignedIn", class_CleverSso_SignedIn_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE|ZEND_ACC_READONLY_CLASS;
	zend_class_implements(class_entry, 1, class_entry_CleverSso_Outcome);

	zend_string *property_identity_class_CleverSso_Identity = zend_string_init("CleverSso\\Identity", sizeof("CleverSso\\Identity")-1, 1);
	zval property_identity_default_value;
	ZVAL_UNDEF(&property_identity_default_value);
	zend_string *property_identity_name = zend_string_init("identity", sizeof("identity") - 1, 1);
	zend_declare_typed_property(class_entry, property_identity_name, &property_identity_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_identity_class_CleverSso_Identity, 0, 0));
	zend_string_release(property_identity_name);

	zend_string *property_tokens_class_CleverSso_Tokens = zend_string_init("CleverSso\\Tokens", sizeof("CleverSso\\Tokens")-1, 1);
	zval property_tokens_default_value;
	ZVAL_UNDEF(&property_tokens_default_value);
	zend_string *property_tokens_name = zend_string_init("tokens", sizeof("tokens") - 1, 1);
	zend_declare_typed_property(class_entry, property_tokens_name, &property_tokens_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_tokens_class_CleverSso_Tokens, 0, 0));
	zend_string_release(property_tokens_name);

	zval property_returnTo_default_value;
	ZVAL_UNDEF(&property_returnTo_default_value);
	zend_string *property_returnTo_name = zend_string_init("returnTo", sizeof("returnTo") - 1, 1);
	zend_declare_typed_property(class_entry, property_returnTo_name, &property_returnTo_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_returnTo_name);

	zval property_switchUser_default_value;
	ZVAL_UNDEF(&property_switchUser_default_value);
	zend_string *property_switchUser_name = zend_string_init("switchUser", sizeof("switchUser") - 1, 1);
	zend_declare_typed_property(class_entry, property_switchUser_name, &property_switchUser_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL));
	zend_string_release(property_switchUser_name);

	zval property_setCookies_default_value;
	ZVAL_UNDEF(&property_setCookies_default_value);
	zend_string *property_setCookies_name = zend_string_init("setCookies", sizeof("setCookies") - 1, 1);
	zend_declare_typed_property(class_entry, property_setCookies_name, &property_setCookies_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_setCookies_name);

	zval property_endsSession_default_value;
	ZVAL_UNDEF(&property_endsSession_default_value);
	zend_string *property_endsSession_name = zend_string_init("endsSession", sizeof("endsSession") - 1, 1);
	zend_declare_typed_property(class_entry, property_endsSession_name, &property_endsSession_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL));
	zend_string_release(property_endsSession_name);

	return class_entry;
}

static zend_class_entry *register_class_CleverSso_Restart(zend_class_entry *class_entry_CleverSso_Outcome)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "CleverSso", "Restart", class_CleverSso_Restart_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE|ZEND_ACC_READONLY_CLASS;
	zend_class_implements(class_entry, 1, class_entry_CleverSso_Outcome);

	zend_string *property_login_class_CleverSso_Login = zend_string_init("CleverSso\\Login", sizeof("CleverSso\\Login")-1, 1);
	zval property_login_default_value;
	ZVAL_UNDEF(&property_login_default_value);
	zend_string *property_login_name = zend_string_init("login", sizeof("login") - 1, 1);
	zend_declare_typed_property(class_entry, property_login_name, &property_login_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_login_class_CleverSso_Login, 0, 0));
	zend_string_release(property_login_name);

	zval property_reason_default_value;
	ZVAL_UNDEF(&property_reason_default_value);
	zend_string *property_reason_name = zend_string_init("reason", sizeof("reason") - 1, 1);
	zend_declare_typed_property(class_entry, property_reason_name, &property_reason_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_reason_name);

	zval property_setCookies_default_value;
	ZVAL_UNDEF(&property_setCookies_default_value);
	zend_string *property_setCookies_name = zend_string_init("setCookies", sizeof("setCookies") - 1, 1);
	zend_declare_typed_property(class_entry, property_setCookies_name, &property_setCookies_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_setCookies_name);

	zval property_endsSession_default_value;
	ZVAL_UNDEF(&property_endsSession_default_value);
	zend_string *property_endsSession_name = zend_string_init("endsSession", sizeof("endsSession") - 1, 1);
	zend_declare_typed_property(class_entry, property_endsSession_name, &property_endsSession_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL));
	zend_string_release(property_endsSession_name);

	return class_entry;
}

static zend_class_entry *register_class_CleverSso_Denied(zend_class_entry *class_entry_CleverSso_Outcome)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "CleverSso", "Denied", class_CleverSso_Denied_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE|ZEND_ACC_READONLY_CLASS;
	zend_class_implements(class_entry, 1, class_entry_CleverSso_Outcome);

	zval property_error_default_value;
	ZVAL_UNDEF(&property_error_default_value);
	zend_string *property_error_name = zend_string_init("error", sizeof("error") - 1, 1);
	zend_declare_typed_property(class_entry, property_error_name, &property_error_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_error_name);

	zval property_description_default_value;
	ZVAL_UNDEF(&property_description_default_value);
	zend_string *property_description_name = zend_string_init("description", sizeof("description") - 1, 1);
	zend_declare_typed_property(class_entry, property_description_name, &property_description_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_description_name);

	zval property_setCookies_default_value;
	ZVAL_UNDEF(&property_setCookies_default_value);
	zend_string *property_setCookies_name = zend_string_init("setCookies", sizeof("setCookies") - 1, 1);
	zend_declare_typed_property(class_entry, property_setCookies_name, &property_setCookies_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_setCookies_name);

	zval property_endsSession_default_value;
	ZVAL_UNDEF(&property_endsSession_default_value);
	zend_string *property_endsSession_name = zend_string_init("endsSession", sizeof("endsSession") - 1, 1);
	zend_declare_typed_property(class_entry, property_endsSession_name, &property_endsSession_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL));
	zend_string_release(property_endsSession_name);

	zval property_returnTo_default_value;
	ZVAL_UNDEF(&property_returnTo_default_value);
	zend_string *property_returnTo_name = zend_string_init("returnTo", sizeof("returnTo") - 1, 1);
	zend_declare_typed_property(class_entry, property_returnTo_name, &property_returnTo_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_returnTo_name);

	zval property_switchUser_default_value;
	ZVAL_UNDEF(&property_switchUser_default_value);
	zend_string *property_switchUser_name = zend_string_init("switchUser", sizeof("switchUser") - 1, 1);
	zend_declare_typed_property(class_entry, property_switchUser_name, &property_switchUser_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL));
	zend_string_release(property_switchUser_name);

	return class_entry;
}

static zend_class_entry *register_class_CleverSso_Identity(zend_class_entry *class_entry_JsonSerializable)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "CleverSso", "Identity", class_CleverSso_Identity_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE|ZEND_ACC_READONLY_CLASS;
	zend_class_implements(class_entry, 1, class_entry_JsonSerializable);

	zval property_issuer_default_value;
	ZVAL_UNDEF(&property_issuer_default_value);
	zend_string *property_issuer_name = zend_string_init("issuer", sizeof("issuer") - 1, 1);
	zend_declare_typed_property(class_entry, property_issuer_name, &property_issuer_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_issuer_name);

	zval property_id_default_value;
	ZVAL_UNDEF(&property_id_default_value);
	zend_string *property_id_name = zend_string_init("id", sizeof("id") - 1, 1);
	zend_declare_typed_property(class_entry, property_id_name, &property_id_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_id_name);

	zval property_districtId_default_value;
	ZVAL_UNDEF(&property_districtId_default_value);
	zend_string *property_districtId_name = zend_string_init("districtId", sizeof("districtId") - 1, 1);
	zend_declare_typed_property(class_entry, property_districtId_name, &property_districtId_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_districtId_name);

	zval property_userType_default_value;
	ZVAL_UNDEF(&property_userType_default_value);
	zend_string *property_userType_name = zend_string_init("userType", sizeof("userType") - 1, 1);
	zend_declare_typed_property(class_entry, property_userType_name, &property_userType_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_userType_name);

	zval property_roles_default_value;
	ZVAL_UNDEF(&property_roles_default_value);
	zend_string *property_roles_name = zend_string_init("roles", sizeof("roles") - 1, 1);
	zend_declare_typed_property(class_entry, property_roles_name, &property_roles_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_roles_name);

	zend_string *property_name_class_CleverSso_Name = zend_string_init("CleverSso\\\116ame", sizeof("CleverSso\\\116ame")-1, 1);
	zval property_name_default_value;
	ZVAL_UNDEF(&property_name_default_value);
	zend_string *property_name_name = zend_string_init("name", sizeof("name") - 1, 1);
	zend_declare_typed_property(class_entry, property_name_name, &property_name_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_name_class_CleverSso_Name, 0, 0));
	zend_string_release(property_name_name);

	zval property_unverifiedEmail_default_value;
	ZVAL_UNDEF(&property_unverifiedEmail_default_value);
	zend_string *property_unverifiedEmail_name = zend_string_init("unverifiedEmail", sizeof("unverifiedEmail") - 1, 1);
	zend_declare_typed_property(class_entry, property_unverifiedEmail_name, &property_unverifiedEmail_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_unverifiedEmail_name);

	zval property_legacyIds_default_value;
	ZVAL_UNDEF(&property_legacyIds_default_value);
	zend_string *property_legacyIds_name = zend_string_init("legacyIds", sizeof("legacyIds") - 1, 1);
	zend_declare_typed_property(class_entry, property_legacyIds_name, &property_legacyIds_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_legacyIds_name);

	zval property_authorizedBy_default_value;
	ZVAL_UNDEF(&property_authorizedBy_default_value);
	zend_string *property_authorizedBy_name = zend_string_init("authorizedBy", sizeof("authorizedBy") - 1, 1);
	zend_declare_typed_property(class_entry, property_authorizedBy_name, &property_authorizedBy_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_authorizedBy_name);

	zval property_provenBy_default_value;
	ZVAL_UNDEF(&property_provenBy_default_value);
	zend_string *property_provenBy_name = zend_string_init("provenBy", sizeof("provenBy") - 1, 1);
	zend_declare_typed_property(class_entry, property_provenBy_name, &property_provenBy_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_provenBy_name);

	zval property_loginasByAdmin_default_value;
	ZVAL_UNDEF(&property_loginasByAdmin_default_value);
	zend_string *property_loginasByAdmin_name = zend_string_init("loginasByAdmin", sizeof("loginasByAdmin") - 1, 1);
	zend_declare_typed_property(class_entry, property_loginasByAdmin_name, &property_loginasByAdmin_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL));
	zend_string_release(property_loginasByAdmin_name);

	zval property_claims_default_value;
	ZVAL_UNDEF(&property_claims_default_value);
	zend_string *property_claims_name = zend_string_init("claims", sizeof("claims") - 1, 1);
	zend_declare_typed_property(class_entry, property_claims_name, &property_claims_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_claims_name);

	zend_string *property_hidden_class_SensitiveParameterValue = zend_string_init("SensitiveParameterValue", sizeof("SensitiveParameterValue")-1, 1);
	zval property_hidden_default_value;
	ZVAL_UNDEF(&property_hidden_default_value);
	zend_string *property_hidden_name = zend_string_init("hidden", sizeof("hidden") - 1, 1);
	zend_declare_typed_property(class_entry, property_hidden_name, &property_hidden_default_value, ZEND_ACC_PRIVATE|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_hidden_class_SensitiveParameterValue, 0, 0));
	zend_string_release(property_hidden_name);


	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 5, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 6, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 11, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	return class_entry;
}

static zend_class_entry *register_class_CleverSso_Name(zend_class_entry *class_entry_JsonSerializable)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "CleverSso", "Name", class_CleverSso_Name_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE|ZEND_ACC_READONLY_CLASS;
	zend_class_implements(class_entry, 1, class_entry_JsonSerializable);

	zval property_first_default_value;
	ZVAL_UNDEF(&property_first_default_value);
	zend_string *property_first_name = zend_string_init("first", sizeof("first") - 1, 1);
	zend_declare_typed_property(class_entry, property_first_name, &property_first_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_first_name);

	zval property_middle_default_value;
	ZVAL_UNDEF(&property_middle_default_value);
	zend_string *property_middle_name = zend_string_init("middle", sizeof("middle") - 1, 1);
	zend_declare_typed_property(class_entry, property_middle_name, &property_middle_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_middle_name);

	zval property_last_default_value;
	ZVAL_UNDEF(&property_last_default_value);
	zend_string *property_last_name = zend_string_init("last", sizeof("last") - 1, 1);
	zend_declare_typed_property(class_entry, property_last_name, &property_last_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_last_name);

	zval property_full_default_value;
	ZVAL_UNDEF(&property_full_default_value);
	zend_string *property_full_name = zend_string_init("full", sizeof("full") - 1, 1);
	zend_declare_typed_property(class_entry, property_full_name, &property_full_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_full_name);

	zend_string *property_hidden_class_SensitiveParameterValue = zend_string_init("SensitiveParameterValue", sizeof("SensitiveParameterValue")-1, 1);
	zval property_hidden_default_value;
	ZVAL_UNDEF(&property_hidden_default_value);
	zend_string *property_hidden_name = zend_string_init("hidden", sizeof("hidden") - 1, 1);
	zend_declare_typed_property(class_entry, property_hidden_name, &property_hidden_default_value, ZEND_ACC_PRIVATE|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_hidden_class_SensitiveParameterValue, 0, 0));
	zend_string_release(property_hidden_name);


	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 1, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 2, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 3, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	return class_entry;
}

static zend_class_entry *register_class_CleverSso_Role(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "CleverSso", "Role", class_CleverSso_Role_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE|ZEND_ACC_READONLY_CLASS;

	zval property_name_default_value;
	ZVAL_UNDEF(&property_name_default_value);
	zend_string *property_name_name = zend_string_init("name", sizeof("name") - 1, 1);
	zend_declare_typed_property(class_entry, property_name_name, &property_name_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_name_name);

	zval property_legacyId_default_value;
	ZVAL_UNDEF(&property_legacyId_default_value);
	zend_string *property_legacyId_name = zend_string_init("legacyId", sizeof("legacyId") - 1, 1);
	zend_declare_typed_property(class_entry, property_legacyId_name, &property_legacyId_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_legacyId_name);

	return class_entry;
}

static zend_class_entry *register_class_CleverSso_Tokens(zend_class_entry *class_entry_JsonSerializable)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "CleverSso", "Tokens", class_CleverSso_Tokens_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE|ZEND_ACC_READONLY_CLASS;
	zend_class_implements(class_entry, 1, class_entry_JsonSerializable);

	zval property_accessToken_default_value;
	ZVAL_UNDEF(&property_accessToken_default_value);
	zend_string *property_accessToken_name = zend_string_init("accessToken", sizeof("accessToken") - 1, 1);
	zend_declare_typed_property(class_entry, property_accessToken_name, &property_accessToken_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_accessToken_name);

	zval property_idToken_default_value;
	ZVAL_UNDEF(&property_idToken_default_value);
	zend_string *property_idToken_name = zend_string_init("idToken", sizeof("idToken") - 1, 1);
	zend_declare_typed_property(class_entry, property_idToken_name, &property_idToken_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_idToken_name);

	zend_string *property_hidden_class_SensitiveParameterValue = zend_string_init("SensitiveParameterValue", sizeof("SensitiveParameterValue")-1, 1);
	zval property_hidden_default_value;
	ZVAL_UNDEF(&property_hidden_default_value);
	zend_string *property_hidden_name = zend_string_init("hidden", sizeof("hidden") - 1, 1);
	zend_declare_typed_property(class_entry, property_hidden_name, &property_hidden_default_value, ZEND_ACC_PRIVATE|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_hidden_class_SensitiveParameterValue, 0, 0));
	zend_string_release(property_hidden_name);


	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 1, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	return class_entry;
}

static zend_class_entry *register_class_CleverSso_TokenInfo(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "CleverSso", "TokenInfo", class_CleverSso_TokenInfo_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE|ZEND_ACC_READONLY_CLASS;

	zval property_clientId_default_value;
	ZVAL_UNDEF(&property_clientId_default_value);
	zend_string *property_clientId_name = zend_string_init("clientId", sizeof("clientId") - 1, 1);
	zend_declare_typed_property(class_entry, property_clientId_name, &property_clientId_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_clientId_name);

	zval property_scopes_default_value;
	ZVAL_UNDEF(&property_scopes_default_value);
	zend_string *property_scopes_name = zend_string_init("scopes", sizeof("scopes") - 1, 1);
	zend_declare_typed_property(class_entry, property_scopes_name, &property_scopes_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_scopes_name);

	return class_entry;
}

static zend_class_entry *register_class_CleverSso_Stats(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "CleverSso", "Stats", class_CleverSso_Stats_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE|ZEND_ACC_READONLY_CLASS;

	zval property_prometheus_default_value;
	ZVAL_UNDEF(&property_prometheus_default_value);
	zend_string *property_prometheus_name = zend_string_init("prometheus", sizeof("prometheus") - 1, 1);
	zend_declare_typed_property(class_entry, property_prometheus_name, &property_prometheus_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_prometheus_name);

	zval property_samples_default_value;
	ZVAL_UNDEF(&property_samples_default_value);
	zend_string *property_samples_name = zend_string_init("samples", sizeof("samples") - 1, 1);
	zend_declare_typed_property(class_entry, property_samples_name, &property_samples_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_samples_name);

	return class_entry;
}

static zend_class_entry *register_class_CleverSso_Finding(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "CleverSso", "Finding", class_CleverSso_Finding_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE|ZEND_ACC_READONLY_CLASS;

	zval property_check_default_value;
	ZVAL_UNDEF(&property_check_default_value);
	zend_string *property_check_name = zend_string_init("check", sizeof("check") - 1, 1);
	zend_declare_typed_property(class_entry, property_check_name, &property_check_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_check_name);

	zval property_level_default_value;
	ZVAL_UNDEF(&property_level_default_value);
	zend_string *property_level_name = zend_string_init("level", sizeof("level") - 1, 1);
	zend_declare_typed_property(class_entry, property_level_name, &property_level_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_level_name);

	zval property_found_default_value;
	ZVAL_UNDEF(&property_found_default_value);
	zend_string *property_found_name = zend_string_init("found", sizeof("found") - 1, 1);
	zend_declare_typed_property(class_entry, property_found_name, &property_found_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_found_name);

	zval property_advice_default_value;
	ZVAL_UNDEF(&property_advice_default_value);
	zend_string *property_advice_name = zend_string_init("advice", sizeof("advice") - 1, 1);
	zend_declare_typed_property(class_entry, property_advice_name, &property_advice_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_advice_name);

	return class_entry;
}

static zend_class_entry *register_class_CleverSso_Report(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "CleverSso", "Report", class_CleverSso_Report_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE|ZEND_ACC_READONLY_CLASS;

	zval property_findings_default_value;
	ZVAL_UNDEF(&property_findings_default_value);
	zend_string *property_findings_name = zend_string_init("findings", sizeof("findings") - 1, 1);
	zend_declare_typed_property(class_entry, property_findings_name, &property_findings_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_findings_name);

	zend_string *property_firstProblem_class_CleverSso_Finding = zend_string_init("CleverSso\\Finding", sizeof("CleverSso\\Finding")-1, 1);
	zval property_firstProblem_default_value;
	ZVAL_UNDEF(&property_firstProblem_default_value);
	zend_string *property_firstProblem_name = zend_string_init("firstProblem", sizeof("firstProblem") - 1, 1);
	zend_declare_typed_property(class_entry, property_firstProblem_name, &property_firstProblem_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_firstProblem_class_CleverSso_Finding, 0, MAY_BE_NULL));
	zend_string_release(property_firstProblem_name);

	zval property_exitCode_default_value;
	ZVAL_UNDEF(&property_exitCode_default_value);
	zend_string *property_exitCode_name = zend_string_init("exitCode", sizeof("exitCode") - 1, 1);
	zend_declare_typed_property(class_entry, property_exitCode_name, &property_exitCode_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_exitCode_name);

	return class_entry;
}

static zend_class_entry *register_class_CleverSso_Me(zend_class_entry *class_entry_JsonSerializable)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "CleverSso", "Me", class_CleverSso_Me_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE|ZEND_ACC_READONLY_CLASS;
	zend_class_implements(class_entry, 1, class_entry_JsonSerializable);

	zval property_id_default_value;
	ZVAL_UNDEF(&property_id_default_value);
	zend_string *property_id_name = zend_string_init("id", sizeof("id") - 1, 1);
	zend_declare_typed_property(class_entry, property_id_name, &property_id_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_id_name);

	zval property_districtId_default_value;
	ZVAL_UNDEF(&property_districtId_default_value);
	zend_string *property_districtId_name = zend_string_init("districtId", sizeof("districtId") - 1, 1);
	zend_declare_typed_property(class_entry, property_districtId_name, &property_districtId_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_districtId_name);

	zval property_userType_default_value;
	ZVAL_UNDEF(&property_userType_default_value);
	zend_string *property_userType_name = zend_string_init("userType", sizeof("userType") - 1, 1);
	zend_declare_typed_property(class_entry, property_userType_name, &property_userType_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_userType_name);

	zval property_authorizedBy_default_value;
	ZVAL_UNDEF(&property_authorizedBy_default_value);
	zend_string *property_authorizedBy_name = zend_string_init("authorizedBy", sizeof("authorizedBy") - 1, 1);
	zend_declare_typed_property(class_entry, property_authorizedBy_name, &property_authorizedBy_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_authorizedBy_name);

	zval property_json_default_value;
	ZVAL_UNDEF(&property_json_default_value);
	zend_string *property_json_name = zend_string_init("json", sizeof("json") - 1, 1);
	zend_declare_typed_property(class_entry, property_json_name, &property_json_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_json_name);

	zend_string *property_hidden_class_SensitiveParameterValue = zend_string_init("SensitiveParameterValue", sizeof("SensitiveParameterValue")-1, 1);
	zval property_hidden_default_value;
	ZVAL_UNDEF(&property_hidden_default_value);
	zend_string *property_hidden_name = zend_string_init("hidden", sizeof("hidden") - 1, 1);
	zend_declare_typed_property(class_entry, property_hidden_name, &property_hidden_default_value, ZEND_ACC_PRIVATE|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_hidden_class_SensitiveParameterValue, 0, 0));
	zend_string_release(property_hidden_name);


	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 4, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	return class_entry;
}

static zend_class_entry *register_class_CleverSso_User(zend_class_entry *class_entry_JsonSerializable)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "CleverSso", "User", class_CleverSso_User_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE|ZEND_ACC_READONLY_CLASS;
	zend_class_implements(class_entry, 1, class_entry_JsonSerializable);

	zval property_id_default_value;
	ZVAL_UNDEF(&property_id_default_value);
	zend_string *property_id_name = zend_string_init("id", sizeof("id") - 1, 1);
	zend_declare_typed_property(class_entry, property_id_name, &property_id_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_id_name);

	zval property_districtId_default_value;
	ZVAL_UNDEF(&property_districtId_default_value);
	zend_string *property_districtId_name = zend_string_init("districtId", sizeof("districtId") - 1, 1);
	zend_declare_typed_property(class_entry, property_districtId_name, &property_districtId_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_districtId_name);

	zend_string *property_name_class_CleverSso_Name = zend_string_init("CleverSso\\\116ame", sizeof("CleverSso\\\116ame")-1, 1);
	zval property_name_default_value;
	ZVAL_UNDEF(&property_name_default_value);
	zend_string *property_name_name = zend_string_init("name", sizeof("name") - 1, 1);
	zend_declare_typed_property(class_entry, property_name_name, &property_name_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_name_class_CleverSso_Name, 0, 0));
	zend_string_release(property_name_name);

	zval property_unverifiedEmail_default_value;
	ZVAL_UNDEF(&property_unverifiedEmail_default_value);
	zend_string *property_unverifiedEmail_name = zend_string_init("unverifiedEmail", sizeof("unverifiedEmail") - 1, 1);
	zend_declare_typed_property(class_entry, property_unverifiedEmail_name, &property_unverifiedEmail_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_unverifiedEmail_name);

	zval property_roles_default_value;
	ZVAL_UNDEF(&property_roles_default_value);
	zend_string *property_roles_name = zend_string_init("roles", sizeof("roles") - 1, 1);
	zend_declare_typed_property(class_entry, property_roles_name, &property_roles_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_roles_name);

	zval property_json_default_value;
	ZVAL_UNDEF(&property_json_default_value);
	zend_string *property_json_name = zend_string_init("json", sizeof("json") - 1, 1);
	zend_declare_typed_property(class_entry, property_json_name, &property_json_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_json_name);

	zend_string *property_hidden_class_SensitiveParameterValue = zend_string_init("SensitiveParameterValue", sizeof("SensitiveParameterValue")-1, 1);
	zval property_hidden_default_value;
	ZVAL_UNDEF(&property_hidden_default_value);
	zend_string *property_hidden_name = zend_string_init("hidden", sizeof("hidden") - 1, 1);
	zend_declare_typed_property(class_entry, property_hidden_name, &property_hidden_default_value, ZEND_ACC_PRIVATE|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_hidden_class_SensitiveParameterValue, 0, 0));
	zend_string_release(property_hidden_name);


	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 2, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 3, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 5, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	return class_entry;
}

static zend_class_entry *register_class_CleverSso_District(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "CleverSso", "District", class_CleverSso_District_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE|ZEND_ACC_READONLY_CLASS;

	zval property_id_default_value;
	ZVAL_UNDEF(&property_id_default_value);
	zend_string *property_id_name = zend_string_init("id", sizeof("id") - 1, 1);
	zend_declare_typed_property(class_entry, property_id_name, &property_id_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_id_name);

	zval property_name_default_value;
	ZVAL_UNDEF(&property_name_default_value);
	zend_string *property_name_name = zend_string_init("name", sizeof("name") - 1, 1);
	zend_declare_typed_property(class_entry, property_name_name, &property_name_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_name_name);

	zval property_json_default_value;
	ZVAL_UNDEF(&property_json_default_value);
	zend_string *property_json_name = zend_string_init("json", sizeof("json") - 1, 1);
	zend_declare_typed_property(class_entry, property_json_name, &property_json_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_json_name);

	return class_entry;
}

static zend_class_entry *register_class_CleverSso_UserInfo(zend_class_entry *class_entry_JsonSerializable)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "CleverSso", "UserInfo", class_CleverSso_UserInfo_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE|ZEND_ACC_READONLY_CLASS;
	zend_class_implements(class_entry, 1, class_entry_JsonSerializable);

	zval property_id_default_value;
	ZVAL_UNDEF(&property_id_default_value);
	zend_string *property_id_name = zend_string_init("id", sizeof("id") - 1, 1);
	zend_declare_typed_property(class_entry, property_id_name, &property_id_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_id_name);

	zval property_json_default_value;
	ZVAL_UNDEF(&property_json_default_value);
	zend_string *property_json_name = zend_string_init("json", sizeof("json") - 1, 1);
	zend_declare_typed_property(class_entry, property_json_name, &property_json_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_json_name);

	zend_string *property_hidden_class_SensitiveParameterValue = zend_string_init("SensitiveParameterValue", sizeof("SensitiveParameterValue")-1, 1);
	zval property_hidden_default_value;
	ZVAL_UNDEF(&property_hidden_default_value);
	zend_string *property_hidden_name = zend_string_init("hidden", sizeof("hidden") - 1, 1);
	zend_declare_typed_property(class_entry, property_hidden_name, &property_hidden_default_value, ZEND_ACC_PRIVATE|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_hidden_class_SensitiveParameterValue, 0, 0));
	zend_string_release(property_hidden_name);


	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 1, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	return class_entry;
}

static zend_class_entry *register_class_CleverSso_Callback(zend_class_entry *class_entry_JsonSerializable)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "CleverSso", "Callback", class_CleverSso_Callback_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE|ZEND_ACC_READONLY_CLASS;
	zend_class_implements(class_entry, 1, class_entry_JsonSerializable);

	zval property_code_default_value;
	ZVAL_UNDEF(&property_code_default_value);
	zend_string *property_code_name = zend_string_init("code", sizeof("code") - 1, 1);
	zend_declare_typed_property(class_entry, property_code_name, &property_code_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_code_name);

	zval property_accessToken_default_value;
	ZVAL_UNDEF(&property_accessToken_default_value);
	zend_string *property_accessToken_name = zend_string_init("accessToken", sizeof("accessToken") - 1, 1);
	zend_declare_typed_property(class_entry, property_accessToken_name, &property_accessToken_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_accessToken_name);

	zval property_state_default_value;
	ZVAL_UNDEF(&property_state_default_value);
	zend_string *property_state_name = zend_string_init("state", sizeof("state") - 1, 1);
	zend_declare_typed_property(class_entry, property_state_name, &property_state_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_state_name);

	zval property_scopes_default_value;
	ZVAL_UNDEF(&property_scopes_default_value);
	zend_string *property_scopes_name = zend_string_init("scopes", sizeof("scopes") - 1, 1);
	zend_declare_typed_property(class_entry, property_scopes_name, &property_scopes_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_scopes_name);

	zval property_error_default_value;
	ZVAL_UNDEF(&property_error_default_value);
	zend_string *property_error_name = zend_string_init("error", sizeof("error") - 1, 1);
	zend_declare_typed_property(class_entry, property_error_name, &property_error_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_error_name);

	zval property_errorDescription_default_value;
	ZVAL_UNDEF(&property_errorDescription_default_value);
	zend_string *property_errorDescription_name = zend_string_init("errorDescription", sizeof("errorDescription") - 1, 1);
	zend_declare_typed_property(class_entry, property_errorDescription_name, &property_errorDescription_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_errorDescription_name);

	zval property_issuer_default_value;
	ZVAL_UNDEF(&property_issuer_default_value);
	zend_string *property_issuer_name = zend_string_init("issuer", sizeof("issuer") - 1, 1);
	zend_declare_typed_property(class_entry, property_issuer_name, &property_issuer_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_issuer_name);

	zval property_loginasByAdmin_default_value;
	ZVAL_UNDEF(&property_loginasByAdmin_default_value);
	zend_string *property_loginasByAdmin_name = zend_string_init("loginasByAdmin", sizeof("loginasByAdmin") - 1, 1);
	zend_declare_typed_property(class_entry, property_loginasByAdmin_name, &property_loginasByAdmin_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL));
	zend_string_release(property_loginasByAdmin_name);

	zend_string *property_hidden_class_SensitiveParameterValue = zend_string_init("SensitiveParameterValue", sizeof("SensitiveParameterValue")-1, 1);
	zval property_hidden_default_value;
	ZVAL_UNDEF(&property_hidden_default_value);
	zend_string *property_hidden_name = zend_string_init("hidden", sizeof("hidden") - 1, 1);
	zend_declare_typed_property(class_entry, property_hidden_name, &property_hidden_default_value, ZEND_ACC_PRIVATE|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_hidden_class_SensitiveParameterValue, 0, 0));
	zend_string_release(property_hidden_name);


	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 1, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 2, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "parse", sizeof("parse") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	return class_entry;
}

static zend_class_entry *register_class_CleverSso_KeySet(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "CleverSso", "KeySet", class_CleverSso_KeySet_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE|ZEND_ACC_READONLY_CLASS;

	zval property_jwks_default_value;
	ZVAL_UNDEF(&property_jwks_default_value);
	zend_string *property_jwks_name = zend_string_init("jwks", sizeof("jwks") - 1, 1);
	zend_declare_typed_property(class_entry, property_jwks_name, &property_jwks_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_jwks_name);


	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "verifyidtoken", sizeof("verifyidtoken") - 1), 0, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "verifyidtoken", sizeof("verifyidtoken") - 1), 3, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "verifyidtoken", sizeof("verifyidtoken") - 1), 4, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	return class_entry;
}

static zend_class_entry *register_class_CleverSso_Exception(zend_class_entry *class_entry_Exception)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "CleverSso", "Exception", class_CleverSso_Exception_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_Exception);
	class_entry->ce_flags |= ZEND_ACC_ABSTRACT|ZEND_ACC_NOT_SERIALIZABLE;

	zval property_codeWord_default_value;
	ZVAL_EMPTY_STRING(&property_codeWord_default_value);
	zend_string *property_codeWord_name = zend_string_init("codeWord", sizeof("codeWord") - 1, 1);
	zend_declare_typed_property(class_entry, property_codeWord_name, &property_codeWord_default_value, ZEND_ACC_PRIVATE, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_codeWord_name);

	zval property_userMessage_default_value;
	ZVAL_EMPTY_STRING(&property_userMessage_default_value);
	zend_string *property_userMessage_name = zend_string_init("userMessage", sizeof("userMessage") - 1, 1);
	zend_declare_typed_property(class_entry, property_userMessage_name, &property_userMessage_default_value, ZEND_ACC_PRIVATE, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_userMessage_name);

	zval property_actor_default_value;
	ZVAL_EMPTY_STRING(&property_actor_default_value);
	zend_string *property_actor_name = zend_string_init("actor", sizeof("actor") - 1, 1);
	zend_declare_typed_property(class_entry, property_actor_name, &property_actor_default_value, ZEND_ACC_PRIVATE, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_actor_name);

	zval property_retryable_default_value;
	ZVAL_FALSE(&property_retryable_default_value);
	zend_string *property_retryable_name = zend_string_init("retryable", sizeof("retryable") - 1, 1);
	zend_declare_typed_property(class_entry, property_retryable_name, &property_retryable_default_value, ZEND_ACC_PRIVATE, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL));
	zend_string_release(property_retryable_name);

	zval property_pageStatus_default_value;
	ZVAL_LONG(&property_pageStatus_default_value, 500);
	zend_string *property_pageStatus_name = zend_string_init("pageStatus", sizeof("pageStatus") - 1, 1);
	zend_declare_typed_property(class_entry, property_pageStatus_name, &property_pageStatus_default_value, ZEND_ACC_PRIVATE, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_pageStatus_name);

	zval property_httpStatus_default_value;
	ZVAL_NULL(&property_httpStatus_default_value);
	zend_string *property_httpStatus_name = zend_string_init("httpStatus", sizeof("httpStatus") - 1, 1);
	zend_declare_typed_property(class_entry, property_httpStatus_name, &property_httpStatus_default_value, ZEND_ACC_PRIVATE, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG|MAY_BE_NULL));
	zend_string_release(property_httpStatus_name);

	zval property_retryAfter_default_value;
	ZVAL_NULL(&property_retryAfter_default_value);
	zend_string *property_retryAfter_name = zend_string_init("retryAfter", sizeof("retryAfter") - 1, 1);
	zend_declare_typed_property(class_entry, property_retryAfter_name, &property_retryAfter_default_value, ZEND_ACC_PRIVATE, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG|MAY_BE_NULL));
	zend_string_release(property_retryAfter_name);

	zval property_returnTo_default_value;
	ZVAL_NULL(&property_returnTo_default_value);
	zend_string *property_returnTo_name = zend_string_init("returnTo", sizeof("returnTo") - 1, 1);
	zend_declare_typed_property(class_entry, property_returnTo_name, &property_returnTo_default_value, ZEND_ACC_PRIVATE, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_returnTo_name);

	zval property_switchUser_default_value;
	ZVAL_FALSE(&property_switchUser_default_value);
	zend_string *property_switchUser_name = zend_string_init("switchUser", sizeof("switchUser") - 1, 1);
	zend_declare_typed_property(class_entry, property_switchUser_name, &property_switchUser_default_value, ZEND_ACC_PRIVATE, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL));
	zend_string_release(property_switchUser_name);

	zval property_setCookies_default_value;
	ZVAL_UNDEF(&property_setCookies_default_value);
	zend_string *property_setCookies_name = zend_string_init("setCookies", sizeof("setCookies") - 1, 1);
	zend_declare_typed_property(class_entry, property_setCookies_name, &property_setCookies_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ARRAY));
	zend_string_release(property_setCookies_name);

	zval property_endsSession_default_value;
	ZVAL_UNDEF(&property_endsSession_default_value);
	zend_string *property_endsSession_name = zend_string_init("endsSession", sizeof("endsSession") - 1, 1);
	zend_declare_typed_property(class_entry, property_endsSession_name, &property_endsSession_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_BOOL));
	zend_string_release(property_endsSession_name);

	return class_entry;
}

static zend_class_entry *register_class_CleverSso_ConfigException(zend_class_entry *class_entry_CleverSso_Exception)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "CleverSso", "ConfigException", class_CleverSso_ConfigException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_CleverSso_Exception);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	return class_entry;
}

static zend_class_entry *register_class_CleverSso_ArgumentException(zend_class_entry *class_entry_CleverSso_Exception)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "CleverSso", "ArgumentException", class_CleverSso_ArgumentException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_CleverSso_Exception);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	return class_entry;
}

static zend_class_entry *register_class_CleverSso_LoginException(zend_class_entry *class_entry_CleverSso_Exception)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "CleverSso", "LoginException", class_CleverSso_LoginException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_CleverSso_Exception);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	return class_entry;
}

static zend_class_entry *register_class_CleverSso_TokenException(zend_class_entry *class_entry_CleverSso_Exception)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "CleverSso", "TokenException", class_CleverSso_TokenException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_CleverSso_Exception);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	return class_entry;
}

static zend_class_entry *register_class_CleverSso_CleverException(zend_class_entry *class_entry_CleverSso_Exception)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "CleverSso", "CleverException", class_CleverSso_CleverException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_CleverSso_Exception);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	return class_entry;
}

static zend_class_entry *register_class_CleverSso_NetworkException(zend_class_entry *class_entry_CleverSso_Exception)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "CleverSso", "NetworkException", class_CleverSso_NetworkException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_CleverSso_Exception);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	return class_entry;
}

static zend_class_entry *register_class_CleverSso_InternalException(zend_class_entry *class_entry_CleverSso_Exception)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "CleverSso", "InternalException", class_CleverSso_InternalException_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_CleverSso_Exception);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	return class_entry;
}
