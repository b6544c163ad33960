using System.Xml.Linq;
using OssMigration.Core.Mirroring;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Tests.Mirroring;

/// <summary>Website configurations for tests: one with every element that is known, and some that nobody knows.</summary>
internal static class WebsiteDocuments
{
    public const string Secret = "Mirr0rSecretValue/Never+Shown";

    /// <summary>A foreign mirroring rule for <c>foreign/</c> with every element, a redirect, an index and an error page, and elements from the future.</summary>
    public static string Everything => $"""
        <WebsiteConfiguration xmlns="http://doc.oss.example">
          <IndexDocument><Suffix>home.html</Suffix><SupportSubDir>true</SupportSubDir><Type>1</Type><Future>f0</Future></IndexDocument>
          <ErrorDocument><Key>oops.html</Key><HttpStatus>404</HttpStatus></ErrorDocument>
          <RoutingRules>
            <RoutingRule>
              <RuleNumber>3</RuleNumber>
              <Condition>
                <KeyPrefixEquals>foreign/</KeyPrefixEquals><KeySuffixEquals>.bin</KeySuffixEquals><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals>
                <IncludeHeader><Key>x-team</Key><Equals>blue</Equals></IncludeHeader><FutureCondition>c</FutureCondition>
              </Condition>
              <Redirect>
                <RedirectType>Mirror</RedirectType><PassQueryString>true</PassQueryString><MirrorPassQueryString>false</MirrorPassQueryString>
                <MirrorURL>https://one.example/</MirrorURL><MirrorURLSlave>https://two.example/</MirrorURLSlave><MirrorURLProbe>https://one.example/alive?full=1</MirrorURLProbe>
                <MirrorFollowRedirect>false</MirrorFollowRedirect><MirrorCheckMd5>true</MirrorCheckMd5><MirrorSNI>true</MirrorSNI>
                <MirrorPassOriginalSlashes>true</MirrorPassOriginalSlashes><MirrorUserLastModified>true</MirrorUserLastModified><MirrorSaveOssMeta>false</MirrorSaveOssMeta>
                <MirrorProxyPass>true</MirrorProxyPass><MirrorAllowHeadObject>false</MirrorAllowHeadObject><MirrorAllowGetImageInfo>true</MirrorAllowGetImageInfo>
                <MirrorAllowVideoSnapshot>true</MirrorAllowVideoSnapshot><MirrorSwitchAllErrors>true</MirrorSwitchAllErrors><MirrorAsyncStatus>303</MirrorAsyncStatus>
                <TransparentMirrorResponseCodes>403,410</TransparentMirrorResponseCodes>
                <MirrorHeaders><PassAll>true</PassAll><Pass>p-1</Pass><Pass>p-2</Pass><Remove>r-1</Remove><Set><Key>s-1</Key><Value> v &lt;1&gt; </Value></Set></MirrorHeaders>
                <MirrorReturnHeaders><ReturnHeader><Key>k</Key><Value>v</Value></ReturnHeader></MirrorReturnHeaders>
                <MirrorTaggings><Taggings><Key>k</Key><Value>v</Value></Taggings></MirrorTaggings>
                <MirrorAuth><AuthType>S3V4</AuthType><Region>eu-west-1</Region><AccessKeyId>FOREIGNKEY</AccessKeyId><AccessKeySecret>{Secret}</AccessKeySecret></MirrorAuth>
                <MirrorUsingRole>false</MirrorUsingRole><MirrorRole>a-role</MirrorRole>
                <MirrorIsExpressTunnel>true</MirrorIsExpressTunnel><MirrorTunnelId>t-1</MirrorTunnelId><MirrorDstRegion>cn-x</MirrorDstRegion><MirrorDstVpcId>v-1</MirrorDstVpcId><MirrorDstSlaveVpcId>v-2</MirrorDstSlaveVpcId>
                <MirrorMultiAlternates><MirrorMultiAlternate><MirrorMultiAlternateNumber>1</MirrorMultiAlternateNumber><MirrorMultiAlternateURL>https://alt.example/</MirrorMultiAlternateURL><MirrorMultiAlternateVpcId>v-3</MirrorMultiAlternateVpcId><MirrorMultiAlternateDstRegion>cn-y</MirrorMultiAlternateDstRegion></MirrorMultiAlternate></MirrorMultiAlternates>
                <EnableReplacePrefix>true</EnableReplacePrefix><ReplaceKeyPrefixWith>there/</ReplaceKeyPrefixWith>
                <FutureFlag level="2"><Inner a="b">x</Inner></FutureFlag>
              </Redirect>
              <LuaConfig><Script>some.lua</Script></LuaConfig>
            </RoutingRule>
            <RoutingRule>
              <RuleNumber>7</RuleNumber>
              <Condition><KeyPrefixEquals>old/</KeyPrefixEquals><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition>
              <Redirect><RedirectType>External</RedirectType><Protocol>https</Protocol><HostName>new.example</HostName><HttpRedirectCode>302</HttpRedirectCode><ReplaceKeyWith>x/$(key)</ReplaceKeyWith></Redirect>
            </RoutingRule>
            <FutureRules>r</FutureRules>
          </RoutingRules>
          <FutureSetting><Deep>d</Deep></FutureSetting>
        </WebsiteConfiguration>
        """;

    public static XElement Parse(string xml) => XElement.Parse(xml, LoadOptions.PreserveWhitespace);

    public static BucketDocument Document(string xml) => new(Parse(xml), new Dictionary<string, string>());

    public static MirrorRule Rule(string prefix = "mine/", string? suffix = null) => new()
    {
        Prefix = prefix,
        Suffix = suffix,
        Origin = new Uri("https://from.example/"),
        SendSni = true,
    };

    public static string Website(params string[] rules) => $"<WebsiteConfiguration><RoutingRules>{string.Concat(rules)}</RoutingRules></WebsiteConfiguration>";

    /// <summary>A mirroring rule as somebody else would have written it.</summary>
    public static string Mirror(int number, string prefix, string redirect = "") =>
        $"<RoutingRule><RuleNumber>{number}</RuleNumber><Condition><KeyPrefixEquals>{prefix}</KeyPrefixEquals><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition>"
        + $"<Redirect><RedirectType>Mirror</RedirectType><MirrorURL>https://standing.example/</MirrorURL>{redirect}</Redirect></RoutingRule>";

    public static string Auth(string secret) =>
        $"<MirrorAuth><AuthType>S3V4</AuthType><Region>eu-west-1</Region><AccessKeyId>STANDINGKEY</AccessKeyId><AccessKeySecret>{secret}</AccessKeySecret></MirrorAuth>";
}
